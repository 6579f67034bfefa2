// What can be seen of a page's accessibility by looking at its elements: a part of WCAG 2.2 AA that needs no
// judgement. Evaluates to a list with one line for each thing to mend.
() => {
  const problems = [];
  const demand = (condition, problem) => condition || problems.push(problem);
  const say = (problem) => (element) => problems.push(`${problem}: ${element.outerHTML.slice(0, 160)}`);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const shown = (selector) => all(selector).filter((element) => element.checkVisibility());

  const textOf = (ids) => (ids ?? "").split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
  const attributeName = (element) => element.getAttribute("aria-label") || textOf(element.getAttribute("aria-labelledby"));
  const labels = (element) => [...(element.labels ?? [])].map((label) => label.textContent).join(" ");
  const content = (element) => element.textContent + [...element.querySelectorAll("svg")].map(attributeName).join(" ");
  const isNameless = (element) => !`${attributeName(element)}${labels(element)}${content(element)}`.trim();
  const isUnlabelled = (control) => !`${attributeName(control)}${labels(control)}`.trim();

  const viewport = document.querySelector("meta[name=viewport]")?.content;
  demand(document.documentElement.lang, "no language");
  demand(document.title.trim(), "no title");
  demand(viewport, "no viewport");
  demand(!/user-scalable=no|maximum-scale/.test(viewport), "zoom is refused");
  demand(shown("main").length === 1, "not exactly one main");
  demand(shown("h1").length === 1, "not exactly one h1");

  all("[id]").filter((element) => document.getElementById(element.id) !== element).forEach(say("id twice"));
  for (const attribute of ["for", "aria-labelledby", "aria-describedby", "aria-controls", "popovertarget"]) {
    all(`[${attribute}]`)
      .filter((element) => element.getAttribute(attribute).split(/\s+/).some((id) => !document.getElementById(id)))
      .forEach(say(`${attribute} leads nowhere`));
  }
  all('a[href^="#"]').filter((link) => !document.getElementById(link.hash.slice(1))).forEach(say("link leads nowhere"));

  let level = 0;
  for (const heading of shown("h1, h2, h3, h4, h5, h6")) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) say(`heading jumps from ${level}`)(heading);
    level = next;
  }

  shown("input:not([type=hidden]), select, textarea").filter(isUnlabelled).forEach(say("control without a label"));
  shown("a[href], button, summary").filter(isNameless).forEach(say("nothing to read aloud"));
  if (shown("nav").length > 1) shown("nav").filter((nav) => !attributeName(nav)).forEach(say("nav without a name"));
  all("img:not([alt])").forEach(say("img without alt"));
  all("svg:not([aria-hidden=true])")
    .filter((image) => !attributeName(image) && !image.closest("[aria-hidden=true]"))
    .forEach(say("svg neither hidden nor named"));
  all("[aria-hidden=true]:is(a, button, input), [aria-hidden=true] :is(a[href], button, input, select, textarea)")
    .forEach(say("can be focused but not heard"));

  // Links in running text and in tables are as large as their line.
  const inText = ":is(p, li, td, th, dd, label, .alert, .breadcrumb, .field-help, .timeline-head) a, .skip-link";
  shown("a[href], button, summary")
    .filter((element) => !element.matches(inText))
    .filter((element) => Math.min(element.offsetWidth, element.offsetHeight) < 24)
    .forEach(say("target under 24 by 24 pixels"));
  all("[tabindex]").filter((element) => element.tabIndex > 0).forEach(say("order of its own"));
  all("th:not([scope])").forEach(say("th without scope"));
  all("[style]").forEach(say("style attribute"));
  return problems;
}
