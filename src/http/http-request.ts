import type { Exchange } from './exchange.ts'

/** The part of an exchange that a surface sees: everything but the way to answer. A test makes one as a plain object. */
export type HttpRequest = Pick<
  Exchange,
  | 'method'
  | 'url'
  | 'host'
  | 'scheme'
  | 'address'
  | 'offloadPrefix'
  | 'atFront'
  | 'correlationId'
  | 'header'
  | 'hasBody'
  | 'bodyLength'
  | 'body'
  | 'bytes'
  | 'aside'
  | 'isKnown'
  | 'clientGone'
  | 'beyondAnswer'
  | 'log'
  | 'moreHeaders'
  | 'unexpected'
>
