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
export const controlTables = ({ text, bigint }: Dialect): string[] => [
  `CREATE TABLE resource (
      key ${text} PRIMARY KEY, id ${text} NOT NULL, type ${text} NOT NULL, name ${text} NOT NULL, parent_key ${text} NOT NULL, location ${text},
      body ${text} NOT NULL, etag ${text} NOT NULL,
      created_at ${bigint} NOT NULL, created_by ${text} NOT NULL, created_by_type ${text} NOT NULL,
      changed_at ${bigint} NOT NULL, changed_by ${text} NOT NULL, changed_by_type ${text} NOT NULL)`,
  `CREATE INDEX resource_parent ON resource (parent_key, type, key)`,
  // Lists ask for a type in lower case, in the order of keys: what has many children is not read through for its few siblings.
  `CREATE INDEX resource_kind ON resource (lower(type), key)`,
  `CREATE TABLE role_assignment (
      scope ${text} NOT NULL, name ${text} NOT NULL, scope_id ${text} NOT NULL, principal_id ${text} NOT NULL, principal_type ${text} NOT NULL,
      role_id ${text} NOT NULL, details ${text} NOT NULL, created_at ${bigint} NOT NULL, created_by ${text} NOT NULL,
      PRIMARY KEY (scope, name), UNIQUE (scope, principal_id, role_id))`,
  `CREATE INDEX role_assignment_principal ON role_assignment (principal_id)`,
  `CREATE INDEX role_assignment_role ON role_assignment (role_id)`,
  `CREATE TABLE custom_role (
      id ${text} PRIMARY KEY, name ${text} NOT NULL, name_key ${text} NOT NULL UNIQUE, description ${text} NOT NULL, permissions ${text} NOT NULL,
      assignable_scopes ${text} NOT NULL, created_at ${bigint} NOT NULL, created_by ${text} NOT NULL, changed_at ${bigint} NOT NULL)`,
  `CREATE TABLE operation (
      id ${text} PRIMARY KEY, resource_key ${text} NOT NULL, subscription_id ${text} NOT NULL, principal_id ${text} NOT NULL,
      status ${text} NOT NULL, result ${text}, started_at ${bigint} NOT NULL, ended_at ${bigint})`,
  `CREATE INDEX operation_ended ON operation (ended_at)`,
  `CREATE TABLE tenant (id ${text} PRIMARY KEY, domain ${text} NOT NULL)`,
  `CREATE TABLE directory_object (
      id ${text} PRIMARY KEY, kind ${text} NOT NULL, name ${text} NOT NULL, name_key ${text} NOT NULL, login ${text} UNIQUE, app_id ${text},
      enabled INTEGER NOT NULL, generation INTEGER NOT NULL DEFAULT 0, version INTEGER NOT NULL DEFAULT 1, details ${text} NOT NULL, created_at ${bigint} NOT NULL, UNIQUE (kind, app_id))`,
  `CREATE INDEX directory_object_name ON directory_object (kind, name_key)`,
  `CREATE TABLE directory_identifier_uri (uri ${text} PRIMARY KEY, object_id ${text} NOT NULL REFERENCES directory_object(id))`,
  `CREATE INDEX directory_identifier_uri_object ON directory_identifier_uri (object_id)`,
  `CREATE TABLE directory_secret (
      key_id ${text} PRIMARY KEY, object_id ${text} NOT NULL REFERENCES directory_object(id), kind ${text} NOT NULL, name ${text},
      hash ${text} NOT NULL, hint ${text}, certificate ${text}, starts_at ${bigint} NOT NULL, ends_at ${bigint},
      added INTEGER NOT NULL)`,
  `CREATE INDEX directory_secret_object ON directory_secret (object_id)`,
  `CREATE TABLE directory_member (
      group_id ${text} NOT NULL REFERENCES directory_object(id), member_id ${text} NOT NULL REFERENCES directory_object(id),
      PRIMARY KEY (group_id, member_id))`,
  `CREATE INDEX directory_member_member ON directory_member (member_id)`,
  `CREATE TABLE sign_in (
      id ${text} PRIMARY KEY, kind ${text} NOT NULL, user_code ${text} UNIQUE, principal_id ${text}, state ${text} NOT NULL, client_id ${text} NOT NULL,
      family ${text}, details ${text} NOT NULL, created_at ${bigint} NOT NULL, expires_at ${bigint} NOT NULL)`,
  `CREATE INDEX sign_in_expiry ON sign_in (expires_at)`,
  `CREATE INDEX sign_in_principal ON sign_in (principal_id)`,
  `CREATE INDEX sign_in_client ON sign_in (client_id)`,
  `CREATE INDEX sign_in_family ON sign_in (family)`,
  `CREATE TABLE familiar_address (
      credential ${text} NOT NULL, address ${text} NOT NULL, principal_id ${text} NOT NULL, seen_at ${bigint} NOT NULL,
      PRIMARY KEY (credential, address))`,
  `CREATE INDEX familiar_address_principal ON familiar_address (principal_id)`,
  `CREATE INDEX familiar_address_seen ON familiar_address (seen_at)`,
]
