/** A whole gateway with devices that are approved, for tests of its API. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { crypto } from "../../../../as/index.ts"
import { fromHex } from "../../../protocol/bytes.ts"
import { approve } from "../../cli/approve.ts"
import { writeInstance } from "../../cli/instance.ts"
import { type Gateway, type GatewayOptions, startGateway } from "../../gateway.ts"
import { systemClock, systemRandom } from "../../ports.ts"
import { TestDevice } from "../../test/support/device.ts"
import { type UdpLink, udpLink } from "../../test/support/udp.ts"
import { openAccess } from "../access/database.ts"
import type { Role } from "../access/identity.ts"
import { Tokens } from "../access/tokens.ts"

/** As loose as JSON is. */
export type Json = ReturnType<typeof JSON.parse>

export const bodyOf = async (response: Response | Promise<Response>): Promise<Json> => (await response).json()

export class TestGateway {
  readonly dir = mkdtempSync(join(tmpdir(), "dormouse-api-"))
  readonly devices: TestDevice[] = []
  gateway!: Gateway
  readonly #link: UdpLink = udpLink(() => this.gateway.coap)

  async start(options: Partial<GatewayOptions> = {}): Promise<this> {
    this.gateway = await startGateway({ dataDir: this.dir, coapPort: 0, httpPort: 0, epochMs: 1_000, ...options })
    const { coap, http, secret } = this.gateway
    writeInstance(this.dir, { pid: process.pid, coap, http, host: "127.0.0.1", secret })
    return this
  }

  async enrol(count: number): Promise<void> {
    const headers = { authorization: `Bearer ${this.gateway.secret}` }
    const { gatewayPublicKey, chainId, registry } = await bodyOf(this.get("/api/provisioning", headers))
    const provisioning = { gatewayPublicKey: fromHex(gatewayPublicKey), chainId, registry: fromHex(registry) }
    const fresh: TestDevice[] = []
    for (let i = 0; i < count; i++) {
      const device = new TestDevice(crypto, this.devices.length + i, provisioning, this.#link.exchange)
      await device.enrol()
      fresh.push(device)
    }
    this.devices.push(...fresh)
    await approve({ dataDir: this.dir, addresses: fresh.map(({ address }) => address) })
    for (const device of fresh) await until(async () => (await device.send()).refused.length === 0)
  }

  get url(): string {
    return `http://127.0.0.1:${this.gateway.http}`
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.url + path, { headers })
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const init = { method: "POST", body: JSON.stringify(body) }
    return fetch(this.url + path, { ...init, headers: { "content-type": "application/json", ...headers } })
  }

  /** The header of a new token. */
  token(name: string, role: Role, devices?: string[]): { authorization: string } {
    const database = openAccess(this.dir)
    const identity = { name, role, ...(devices && { devices }) }
    const secret = new Tokens(database).create(identity, systemClock().now(), systemRandom)
    database.close()
    return { authorization: `Bearer ${secret}` }
  }

  async end(): Promise<void> {
    this.#link.close()
    await this.gateway.close()
    rmSync(this.dir, { recursive: true, force: true })
  }
}

export async function until(done: () => Promise<boolean> | boolean): Promise<void> {
  for (let i = 0; i < 300; i++) {
    if (await done()) return
    await sleep(30)
  }
  throw new Error("it did not come about")
}
