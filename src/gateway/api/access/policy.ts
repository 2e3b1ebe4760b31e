import { timingSafeEqual } from "node:crypto"
import type { IncomingHttpHeaders } from "node:http"
import { GatewayError } from "../../errors.ts"
import { ANYBODY, type Identity } from "./identity.ts"
import { hashOf, type Tokens } from "./tokens.ts"

/** What is known of a request before anything else. */
export interface Caller {
  headers: IncomingHttpHeaders
  socket: { remoteAddress?: string | undefined }
}

export interface PolicyOptions {
  tokens: Pick<Tokens, "find">
  /** the secret in the data directory's gateway.json: who can read that file has the operator's key as well */
  localSecret?: string
  /** on loopback too */
  requireToken: boolean
}

/** Commands on the gateway's own machine, which found its secret in the data directory. */
const LOCAL: Identity = { name: "local", role: "operator" }
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/
const LOOPBACK_HOST = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i

/** Decides who asks; what he may is the routes' matter. */
export class Policy {
  readonly #options: PolicyOptions
  readonly #localHash: Buffer | undefined

  constructor(options: PolicyOptions) {
    this.#options = options
    this.#localHash = options.localSecret === undefined ? undefined : hashOf(options.localSecret)
  }

  /** Throws `E_TOKEN`. */
  identify(caller: Caller): Identity {
    const secret = secretOf(caller.headers)
    if (secret !== undefined) {
      if (this.#localHash && timingSafeEqual(hashOf(secret), this.#localHash)) return LOCAL
      const identity = this.#options.tokens.find(secret)
      if (identity) return identity
      throw new GatewayError("E_TOKEN", "This token is not known, or was revoked.")
    }
    if (!this.#options.requireToken && isLocal(caller)) return ANYBODY
    throw new GatewayError("E_TOKEN", 'A token is needed: "Authorization: Bearer TOKEN".')
  }
}

/** Pages cannot give a WebSocket headers, but names of protocols: `new WebSocket(url, ["dormouse", "bearer.TOKEN"])`. */
function secretOf({ authorization, "sec-websocket-protocol": protocols }: IncomingHttpHeaders): string | undefined {
  if (authorization === undefined) return /(?:^|,) *bearer\.([\w-]{1,200}) *(?:,|$)/.exec(protocols ?? "")?.[1]
  return /^Bearer +(\S{1,200})$/i.exec(authorization)?.[1] ?? ""
}

/**
 * Whether somebody on this machine asks for himself. A proxy in front speaks for others; and a web page in a browser
 * here is not its user: it is known by the name it was loaded under (which an attacker may point at 127.0.0.1) or by
 * its origin.
 */
function isLocal({ headers, socket }: Caller): boolean {
  if (!LOOPBACK.test(socket.remoteAddress ?? "")) return false
  if (headers.forwarded !== undefined || headers["x-forwarded-for"] !== undefined) return false
  const { host, origin } = headers
  if (host !== undefined && !LOOPBACK_HOST.test(host)) return false
  return origin === undefined || origin === `http://${host}`
}
