"""The referee's page: verdicts, certificates, figures, tables, provenance in one offline file."""
