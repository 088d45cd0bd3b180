-- Four people, so that the first request finds some. No one can sign in with these hashes.
SET time_zone = '+00:00';
INSERT INTO people (id, public_id, email, name, password_hash, role, is_active, balance, born, settings,
  created_at, seen_at)
VALUES
  (1, '018f3a5c-7c1e-7f00-8000-000000000001', 'Ana@example.com', 'Ana', '!', 'admin', TRUE, 1250.50,
    '1990-04-17', '{"theme": "dark"}', '2024-05-01 12:00:00', '2024-06-01 08:30:00'),
  (2, '018f3a5c-7c1e-7f00-8000-000000000002', 'bo@example.com', 'Bo', '!', 'user', TRUE, 0,
    '2007-01-30', NULL, '2024-05-02 12:00:00', NULL),
  (3, '018f3a5c-7c1e-7f00-8000-000000000003', 'cy@example.com', 'Cy', '!', 'editor', FALSE, -20.25,
    NULL, '{"beta": true}', '2024-05-03 12:00:00', NULL),
  (4, '018f3a5c-7c1e-7f00-8000-000000000004', 'di@example.com', 'Di', '!', 'admin', TRUE, NULL,
    '1972-11-02', NULL, '2024-05-04 12:00:00', '2024-06-02 17:45:00');
