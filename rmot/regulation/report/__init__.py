"""From a portfolio to a page: 002's daily workflow (section 6.3), and capital after it."""
