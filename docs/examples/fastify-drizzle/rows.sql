-- Four people, so that the first request finds some. No one can sign in with these hashes.
INSERT INTO people (id, email, name, password_hash, role, is_active, score, settings, created_at,
  seen_at)
VALUES
  (1, 'ana@example.com', 'Ana', '!', 'admin', 1, 4.5, '{"theme": "dark"}', 1714564800000, 1717230600000),
  (2, 'bo@example.com', 'Bo', '!', 'user', 1, 2.25, NULL, 1714651200000, NULL),
  (3, 'cy@example.com', 'Cy', '!', 'editor', 0, NULL, '{"beta": true}', 1714737600000, NULL),
  (4, 'di@example.com', 'Di', '!', 'admin', 1, NULL, NULL, 1714824000000, 1717350300000);
