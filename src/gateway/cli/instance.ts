/** `gateway.json` in the data directory says where its gateway listens, so that other commands find it. */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DormouseError, type ErrorCode } from "../../protocol/errors.ts"
import { GatewayError } from "../errors.ts"
import { storePath } from "../gateway.ts"

export interface Instance {
  pid: number
  coap: number
  http: number
  /** where its HTTP side listens */
  host: string
  /** the API's token for commands, void when the gateway ends; hence the file is for its owner only */
  secret?: string
}

const pathOf = (dataDir: string) => join(dataDir, "gateway.json")
const HEALTH_MS = 3_000

export function writeInstance(dataDir: string, instance: Instance): void {
  const path = pathOf(dataDir)
  rmSync(`${path}.new`, { force: true }) // the mode is for a new file
  writeFileSync(`${path}.new`, `${JSON.stringify(instance)}\n`, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

export function removeInstance(dataDir: string): void {
  rmSync(pathOf(dataDir), { force: true })
}

/** The gateway that runs on `dataDir`. A file left by one that was killed is told from a live one by asking. */
export async function findGateway(dataDir: string): Promise<GatewayClient | undefined> {
  if (!existsSync(pathOf(dataDir))) return undefined
  try {
    const instance = JSON.parse(readFileSync(pathOf(dataDir), "utf8")) as Instance
    const client = new GatewayClient(instance)
    const { headers } = client
    const response = await fetch(client.url("/health"), { headers, signal: AbortSignal.timeout(HEALTH_MS) })
    const { pid } = (await response.json()) as { pid: number }
    return pid === instance.pid ? client : undefined
  } catch {
    return undefined
  }
}

/** Throws `E_NOT_RUNNING` where none runs. */
export async function runningGateway(dataDir: string): Promise<GatewayClient> {
  const gateway = await findGateway(dataDir)
  if (gateway) return gateway
  throw new GatewayError(
    "E_NOT_RUNNING",
    `No gateway runs on ${dataDir}: start one with "dormouse gateway --data ${dataDir}".`,
  )
}

/** Throws `E_NO_DATA` where no gateway has ever run on `dataDir`. */
export function requireStore(dataDir: string): string {
  const path = storePath(dataDir)
  if (existsSync(path)) return path
  throw new GatewayError("E_NO_DATA", `There is no gateway's data in ${dataDir}: start a gateway on it first.`)
}

/** Talks to a running gateway. */
export class GatewayClient {
  readonly #instance: Instance

  constructor(instance: Instance) {
    this.#instance = instance
  }

  url(path: string): string {
    const { host, http } = this.#instance
    const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host
    return `http://${name.includes(":") ? `[${name}]` : name}:${http}${path}`
  }

  get headers(): Record<string, string> {
    const { secret } = this.#instance
    return secret === undefined ? {} : { authorization: `Bearer ${secret}` }
  }

  async json<T>(path: string): Promise<T> {
    return (await (await this.#ask(path)).json()) as T
  }

  async bytes(path: string): Promise<Uint8Array> {
    return new Uint8Array(await (await this.#ask(path)).arrayBuffer())
  }

  async post<T>(path: string, body: object): Promise<T> {
    const headers = { "content-type": "application/json" }
    return (await (await this.#ask(path, { method: "POST", headers, body: JSON.stringify(body) })).json()) as T
  }

  async #ask(path: string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<Response> {
    let response: Response
    try {
      response = await fetch(this.url(path), { ...init, headers: { ...init.headers, ...this.headers } })
    } catch (cause) {
      throw new GatewayError("E_NOT_RUNNING", `The gateway at ${this.url("")} does not answer.`, { cause })
    }
    if (response.ok) return response
    const { code, message } = (await response.json()) as { code: ErrorCode; message: string }
    throw new DormouseError(code, message)
  }
}
