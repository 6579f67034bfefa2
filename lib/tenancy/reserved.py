"""Subdomains that no tenant may have. Singular: plurals and numbered forms are kept as well.

A name is here when a stranger who owned it could pass for the platform, receive its mail, or stand in
the way of a service the platform will want.
"""

_WEB = """
    www web ww wwww site home main index root base public app application apps api graphql rest rpc
    soap webhook hook callback static asset media image img cdn cache edge origin file download upload
    js css font script storage bucket s3 blob
"""
_MAIL = """
    mail email webmail mx smtp imap pop pop3 mailer newsletter postmaster hostmaster webmaster
    bounce return unsubscribe autoconfig autodiscover dkim dmarc spf mta mta-sts
"""
_NETWORK = """
    ns dns ntp ftp sftp ssh vpn proxy gateway router firewall lb loadbalancer ldap kerberos
    localhost local localdomain broadcasthost isatap wpad host server node cluster
    any null undefined none nil true false void test testing example invalid onion
"""
_PEOPLE = """
    admin administrator administration sysadmin superuser root operator staff moderator owner member
    user account profile me my you team customer client tenant company workspace org organisation
    organization partner reseller guest anonymous everyone
"""
_ENTRY = """
    login logout signin signout sign-in sign-out signup sign-up register registration join invite
    invitation auth authentication oauth oauth2 oidc openid sso saml id identity idp passport password
    reset verify verification confirm confirmation welcome onboarding setup start get-started
    account-recovery mfa 2fa otp passkey
"""
_BUSINESS = """
    billing bill invoice payment pay checkout order cart shop store price pricing plan subscription
    subscribe upgrade trial free enterprise sale marketing affiliate
    about contact press news blog career job legal law terms tos privacy imprint impressum gdpr dpa
    cookie licence license copyright abuse security trust compliance report
"""
_HELP = """
    help helpdesk support faq doc documentation guide manual learn academy kb knowledge community
    forum wiki feedback status uptime health live ready ping monitor monitoring metric statistic stat
    analytic log logging trace sentry grafana prometheus
"""
_STAGES = """
    dev development develop staging stage stg prod production preprod preview beta alpha canary demo
    sandbox lab internal intranet extranet private corp hq office
    ci cd build deploy git svn repo repository registry docker k8s kubernetes
    db database sql postgres postgresql pgsql mysql redis mongo elastic search queue worker cron
"""
_PLATFORM = """
    terrace master platform system console control panel cpanel controlpanel dashboard backend
    frontend portal hub domain subdomain dashboard-admin backup archive export import template
    terrace-support terrace-help terrace-admin terrace-billing terrace-security
    com net io co
"""

RESERVED_SUBDOMAINS = frozenset(
    " ".join([_WEB, _MAIL, _NETWORK, _PEOPLE, _ENTRY, _BUSINESS, _HELP, _STAGES, _PLATFORM]).split()
)
