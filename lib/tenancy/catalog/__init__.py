"""What is in a schema, as lines that do not name it, so that one tenant's can be held against another's."""
