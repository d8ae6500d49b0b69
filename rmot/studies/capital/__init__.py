"""What a book of exotic baskets is charged, by method, basis and side."""
