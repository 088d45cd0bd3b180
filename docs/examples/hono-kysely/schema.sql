-- Every column with MariaDB's defaults: the collation is that of the database, utf8mb4_general_ci or
-- utf8mb4_uca1400_ai_ci, in which 'Ana' = 'ana'. A filter tells them apart.
CREATE TABLE people (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  public_id UUID NOT NULL DEFAULT UUID(),
  email VARCHAR(255) NOT NULL,
  name VARCHAR(100) NOT NULL,
  password_hash CHAR(60) NOT NULL,
  role ENUM('user', 'editor', 'admin') NOT NULL DEFAULT 'user',
  is_active BOOLEAN NOT NULL DEFAULT TRUE,
  balance DECIMAL(10, 2),
  born DATE,
  settings JSON,
  created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  seen_at DATETIME(3),
  UNIQUE KEY (public_id),
  UNIQUE KEY (email),
  KEY (role),
  KEY (balance),
  KEY (created_at),
  KEY (seen_at)
);
