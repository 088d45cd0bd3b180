-- Four people, so that the first request finds some. No one can sign in with these hashes.
INSERT INTO "Person" ("id", "email", "displayName", "passwordHash", "role", "isActive", "age",
  "balance", "settings", "tags", "createdAt", "lastSeenAt")
VALUES
  ('018f3a5c-7c1e-7f00-8000-000000000001', 'Ana@example.com', 'Ana', '!', 'ADMIN', true, 34,
    1250.50, '{"theme": "dark"}', '{red,blue}', '2024-05-01 12:00:00', '2024-06-01 08:30:00+00'),
  ('018f3a5c-7c1e-7f00-8000-000000000002', 'bo@example.com', 'Bo', '!', 'USER', true, 17,
    0.00, '{}', '{red}', '2024-05-02 12:00:00', NULL),
  ('018f3a5c-7c1e-7f00-8000-000000000003', 'cy@example.com', 'Cy', '!', 'EDITOR', false, NULL,
    -20.25, '{"theme": "light", "beta": true}', '{}', '2024-05-03 12:00:00', NULL),
  ('018f3a5c-7c1e-7f00-8000-000000000004', 'di@example.com', 'Di', '!', 'ADMIN', true, 52,
    NULL, '{}', NULL, '2024-05-04 12:00:00', '2024-06-02 17:45:00+00');
