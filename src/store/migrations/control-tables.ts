import type { Dialect } from './migration.ts'

/**
 * subscription ── resource group ── resource ── its children     one table, by key; a registry's resource has its row in `registry`
 * directory_object ─┬─ directory_secret, directory_member        users, applications, service principals, groups; each with a version
 *                   ├─ directory_identifier_uri                  names of applications, each one's alone
 *                   ├─ role_assignment → scope                   a role of core/built-in-roles.ts or of custom_role
 *                   ├─ sign_in                                   codes, device questions, refresh tokens
 *                   └─ familiar_address                          from where a password was shown
 * operation                                                      what a long-running call answers when it is asked again
 */
export const controlTables = ({ bigint }: Dialect): string[] => [
  `CREATE TABLE resource (
      key TEXT PRIMARY KEY, id TEXT NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL, parent_key TEXT NOT NULL, location TEXT,
      body TEXT NOT NULL, etag TEXT NOT NULL,
      created_at ${bigint} NOT NULL, created_by TEXT NOT NULL, created_by_type TEXT NOT NULL,
      changed_at ${bigint} NOT NULL, changed_by TEXT NOT NULL, changed_by_type TEXT NOT NULL)`,
  `CREATE INDEX resource_parent ON resource (parent_key, type, key)`,
  // Lists ask for a type in lower case, in the order of keys: what has many children is not read through for its few siblings.
  `CREATE INDEX resource_kind ON resource (lower(type), key)`,
  `CREATE TABLE role_assignment (
      scope TEXT NOT NULL, name TEXT NOT NULL, scope_id TEXT NOT NULL, principal_id TEXT NOT NULL, principal_type TEXT NOT NULL,
      role_id TEXT NOT NULL, details TEXT NOT NULL, created_at ${bigint} NOT NULL, created_by TEXT NOT NULL,
      PRIMARY KEY (scope, name), UNIQUE (scope, principal_id, role_id))`,
  `CREATE INDEX role_assignment_principal ON role_assignment (principal_id)`,
  `CREATE INDEX role_assignment_role ON role_assignment (role_id)`,
  `CREATE TABLE custom_role (
      id TEXT PRIMARY KEY, name TEXT NOT NULL, name_key TEXT NOT NULL UNIQUE, description TEXT NOT NULL, permissions TEXT NOT NULL,
      assignable_scopes TEXT NOT NULL, created_at ${bigint} NOT NULL, created_by TEXT NOT NULL, changed_at ${bigint} NOT NULL)`,
  `CREATE TABLE operation (
      id TEXT PRIMARY KEY, resource_key TEXT NOT NULL, subscription_id TEXT NOT NULL, principal_id TEXT NOT NULL,
      status TEXT NOT NULL, result TEXT, started_at ${bigint} NOT NULL, ended_at ${bigint})`,
  `CREATE INDEX operation_ended ON operation (ended_at)`,
  `CREATE TABLE tenant (id TEXT PRIMARY KEY, domain TEXT NOT NULL)`,
  `CREATE TABLE directory_object (
      id TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, name_key TEXT NOT NULL, login TEXT UNIQUE, app_id TEXT,
      enabled INTEGER NOT NULL, generation INTEGER NOT NULL DEFAULT 0, version INTEGER NOT NULL DEFAULT 1, details TEXT NOT NULL, created_at ${bigint} NOT NULL, UNIQUE (kind, app_id))`,
  `CREATE INDEX directory_object_name ON directory_object (kind, name_key)`,
  `CREATE TABLE directory_identifier_uri (uri TEXT PRIMARY KEY, object_id TEXT NOT NULL REFERENCES directory_object(id))`,
  `CREATE INDEX directory_identifier_uri_object ON directory_identifier_uri (object_id)`,
  `CREATE TABLE directory_secret (
      key_id TEXT PRIMARY KEY, object_id TEXT NOT NULL REFERENCES directory_object(id), kind TEXT NOT NULL, name TEXT,
      hash TEXT NOT NULL, hint TEXT, certificate TEXT, starts_at ${bigint} NOT NULL, ends_at ${bigint},
      added INTEGER NOT NULL)`,
  `CREATE INDEX directory_secret_object ON directory_secret (object_id)`,
  `CREATE TABLE directory_member (
      group_id TEXT NOT NULL REFERENCES directory_object(id), member_id TEXT NOT NULL REFERENCES directory_object(id),
      PRIMARY KEY (group_id, member_id))`,
  `CREATE INDEX directory_member_member ON directory_member (member_id)`,
  `CREATE TABLE sign_in (
      id TEXT PRIMARY KEY, kind TEXT NOT NULL, user_code TEXT UNIQUE, principal_id TEXT, state TEXT NOT NULL, client_id TEXT NOT NULL,
      family TEXT, details TEXT NOT NULL, created_at ${bigint} NOT NULL, expires_at ${bigint} NOT NULL)`,
  `CREATE INDEX sign_in_expiry ON sign_in (expires_at)`,
  `CREATE INDEX sign_in_principal ON sign_in (principal_id)`,
  `CREATE INDEX sign_in_client ON sign_in (client_id)`,
  `CREATE INDEX sign_in_family ON sign_in (family)`,
  `CREATE TABLE familiar_address (
      credential TEXT NOT NULL, address TEXT NOT NULL, principal_id TEXT NOT NULL, seen_at ${bigint} NOT NULL,
      PRIMARY KEY (credential, address))`,
  `CREATE INDEX familiar_address_principal ON familiar_address (principal_id)`,
  `CREATE INDEX familiar_address_seen ON familiar_address (seen_at)`,
]
