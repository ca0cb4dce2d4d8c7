import { contentFailures, type Failure, type FailureDetail, generalFailures, RegistryError, stateFailures } from '#core/registry-error.ts'
import { isGuid } from '#core/resource-id.ts'
import { type SignInReason, SignInRefused } from '#app/identity/sign-in-refusal.ts'
import { rowsFor } from '#http/failure.ts'
import type { HttpRequest } from '#http/http-request.ts'
import type { EntraDeps } from './context.ts'

export interface Wire {
  status: number
  error: string
  /** The number behind AADSTS; az and MSAL act on some of them. */
  code: number
  /** Entra's sentence; `{name}` is filled from the failure's detail. */
  text: string
}

const wire = (status: number, error: string, code: number, text: string): Wire => ({ status, error, code, text })
const grant = (code: number, text: string): Wire => wire(400, 'invalid_grant', code, text)
const client = (code: number, text: string): Wire => wire(401, 'invalid_client', code, text)
const request = (code: number, text: string): Wire => wire(400, 'invalid_request', code, text)

/** Entra's words for each refusal ("Microsoft Entra authentication and authorization error codes"). */
export const refusals: Readonly<Record<SignInReason, Wire>> = {
  'tenant-unknown': wire(
    400,
    'invalid_tenant',
    90002,
    "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.",
  ),
  'instance-unknown': wire(400, 'invalid_instance', 50049, 'Unknown or invalid instance.'),
  'url-unknown': wire(404, 'invalid_request', 90009, 'Nothing of the authority is served under this URL.'),
  'method-wrong': request(900561, 'The endpoint only accepts {allowed} requests. Received a {method} request.'),
  'parameter-missing': request(900144, "The request body must contain the following parameter: '{parameter}'."),
  'parameter-repeated': request(9000411, "The request is not properly formatted. The parameter '{parameter}' is duplicated."),
  'parameter-wrong': request(900971, "The parameter '{parameter}' of the request has no value that is supported here."),
  'grant-unsupported': wire(400, 'unsupported_grant_type', 70003, "The app requested an unsupported grant type '{grant}'."),
  'scope-invalid': wire(
    400,
    'invalid_scope',
    70011,
    "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid.",
  ),
  'scope-not-default': wire(
    400,
    'invalid_scope',
    1002012,
    'The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).',
  ),
  'scope-of-several': wire(
    400,
    'invalid_request',
    28000,
    'Provided value for the input parameter scope is not valid because it contains more than one resource.',
  ),
  'resource-unknown': wire(
    400,
    'invalid_resource',
    500011,
    'The resource principal named {resource} was not found in the tenant. This can happen if the application has not been installed by the administrator of the tenant. You might have sent your authentication request to the wrong tenant.',
  ),
  'client-unknown': wire(
    400,
    'unauthorized_client',
    700016,
    "Application with identifier '{client}' was not found in the directory. This can happen if the application has not been installed by the administrator of the tenant. You may have sent your authentication request to the wrong tenant.",
  ),
  'client-disabled': wire(400, 'unauthorized_client', 7000112, "Application '{client}' is disabled."),
  'client-unproven': client(7000218, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."),
  'client-secret-wrong': client(
    7000215,
    "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{client}'.",
  ),
  'client-secret-ended': client(7000222, "The provided client secret keys for app '{client}' are expired."),
  'assertion-malformed': client(50027, 'JWT token is invalid or malformed.'),
  'assertion-certificate-unknown': client(
    700027,
    "The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: '{thumbprint}']",
  ),
  'assertion-certificate-ended': client(700027, 'The certificate used to sign the client assertion is expired, or is not valid yet.'),
  'assertion-signature-wrong': client(700027, 'Client assertion failed signature validation.'),
  'assertion-audience-wrong': client(
    700023,
    'Client assertion audience claim does not match Realm issuer. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials.',
  ),
  'assertion-ended': client(700024, 'Client assertion is not within its valid time range.'),
  'assertion-replayed': client(50013, 'Assertion failed: it was used from another place before. Sign a new one for each machine.'),
  'password-wrong': grant(50126, 'Error validating credentials due to invalid username or password.'),
  'password-ended': grant(50055, 'The password is expired.'),
  'user-disabled': grant(50057, 'The user account is disabled.'),
  'too-many-attempts': wire(
    429,
    'invalid_grant',
    50053,
    'There were too many sign-ins with a wrong name or password from this address. Try again in {retryAfter} s.',
  ),
  'refresh-ended': grant(
    70008,
    'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.',
  ),
  'refresh-revoked': grant(
    50173,
    'The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.',
  ),
  'refresh-of-another': grant(700005, 'The provided refresh token was given to another application.'),
  'code-ended': grant(
    70008,
    'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.',
  ),
  'code-used': grant(
    54005,
    'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.',
  ),
  'code-of-another': grant(700005, 'The provided authorization code was given to another application.'),
  'redirect-wrong': request(
    50011,
    "The redirect URI '{redirect}' specified in the request does not match the redirect URIs configured for the application: here it is one of the own machine, http://localhost with any port.",
  ),
  'redirect-differs': grant(500112, 'The reply address does not match the reply address provided when requesting Authorization code.'),
  'response-type-unsupported': wire(
    400,
    'unsupported_response_type',
    700054,
    "response_type '{type}' is not enabled for the application: expected 'code'.",
  ),
  'challenge-missing': request(
    9002325,
    'Proof Key for Code Exchange is required for authorization code redemption: send code_challenge with code_challenge_method S256.',
  ),
  'verifier-wrong': grant(50148, 'The code_verifier does not match the code_challenge supplied in the authorization request for PKCE.'),
  'interaction-required': wire(400, 'login_required', 50058, 'A silent sign-in request was sent but no user is signed in.'),
  'device-pending': wire(400, 'authorization_pending', 70016, 'OAuth 2.0 device flow error. Authorization is pending. Continue polling.'),
  'device-refused': wire(400, 'authorization_declined', 65004, 'User declined to consent to access the app.'),
  'device-ended': wire(
    400,
    'expired_token',
    70020,
    "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
  ),
  'device-unknown': wire(
    400,
    'bad_verification_code',
    70018,
    'Invalid verification code due to User typing in wrong user code for device code flow, or it was redeemed before.',
  ),
  'user-code-unknown': request(70018, 'No device waits for this code.'),
  'form-stale': request(
    90014,
    'This sign-in page is too old, was sent before, or belongs to another browser. Begin again at the program that asked you to sign in.',
  ),
}

const transient = 'A transient error has occurred. Please try again.'
const busy = wire(503, 'temporarily_unavailable', 90033, transient)

/** What no refusal is: over when the client comes again, or our own fault, of which nothing reaches the wire. */
export const faults = {
  ...rowsFor([...generalFailures, ...contentFailures, ...stateFailures], wire(500, 'server_error', 90033, transient)),
  'storage-full': busy,
  'storage-failed': busy,
  overloaded: busy,
} satisfies Record<Failure, Wire>

export function wireOf(failure: RegistryError): Wire {
  if (!(failure instanceof SignInRefused)) return faults[failure.failure]
  const refusal = refusals[failure.reason]
  return { ...refusal, text: fill(refusal.text, failure.detail) }
}

const fill = (text: string, detail: FailureDetail): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => printable(String(detail[name] ?? '')))

// What a client sent comes back in a sentence that az prints to a terminal.
const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, '?')

export interface ErrorContext {
  now: number
  traceId: string
  correlationId: string
}

/** A program's own id of the request, when it is one, is how people find it in both logs. */
export function errorContextOf({ clock }: Pick<EntraDeps, 'clock'>, http: HttpRequest): ErrorContext {
  const id = http.header('client-request-id')
  const correlationId = id !== undefined && isGuid(id) ? id.toLowerCase() : http.correlationId
  return { now: clock.now(), traceId: http.correlationId, correlationId }
}

/** RFC 6749 §5.2 with Entra's additions. */
export function errorBody({ error, code, text }: Wire, { now, traceId, correlationId }: ErrorContext): Record<string, unknown> {
  const timestamp = `${new Date(now).toISOString().slice(0, 19).replace('T', ' ')}Z`
  return {
    error,
    error_description: `AADSTS${code}: ${text} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
  }
}
