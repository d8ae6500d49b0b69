"""The numbers of the article, a module a topic: tables in, numbers out."""
