/** The gateway under load, in a process of its own, so that its CPU time and memory are nobody else's. */
import { join } from "node:path"
import { crypto } from "../../as/index.ts"
import { openCoapBridge } from "../../src/gateway/bridges/coap.ts"
import { openSerialBridge } from "../../src/gateway/bridges/serial.ts"
import { createCore } from "../../src/gateway/core.ts"
import { VerifyPool } from "../../src/gateway/ingest/verify-pool.ts"
import { silentLog } from "../../src/gateway/log.ts"
import { systemClock, systemRandom } from "../../src/gateway/ports.ts"
import { Store } from "../../src/gateway/store/store.ts"
import { FakeChain } from "../../src/gateway/test/support/fake-chain.ts"
import { answering } from "./talk.ts"

const [dir, epochMs] = process.argv.slice(2) as [string, string]
const secretKey = new Uint8Array(32).fill(0x22)
const chain = new FakeChain(crypto)
const store = new Store(join(dir, "gateway.sqlite"))
const verifier = new VerifyPool({ crypto, log: silentLog })
const ports = { clock: systemClock(), random: systemRandom, log: silentLog }
const core = createCore({ store, chain, crypto, secretKey, epochMs: Number(epochMs), verifier, ...ports })
await core.start()
const bridge = await openCoapBridge({
  host: "127.0.0.1",
  port: 0,
  handle: core.handle,
  meter: core.metrics.link("wifi"),
})
const line = join(dir, "line")
const serial = await openSerialBridge({
  line: `listen-unix:${line}`,
  handle: core.handle,
  meter: core.metrics.link("serial"),
})

export interface Usage {
  /** microseconds, all threads */
  cpu: number
  /** bytes */
  rss: number
  stored: number
  anchored: number
}

answering({
  where: () => {
    const { chainId, registry } = chain
    return { port: bridge.port, line, gatewayPublicKey: crypto.getPublicKey(secretKey), chainId, registry }
  },
  async approve(addresses: string[]) {
    while (verifier.ready < verifier.size) await new Promise((resolve) => setTimeout(resolve, 5))
    for (const address of addresses) chain.approve(address)
    await core.approvals.poll()
  },
  usage(): Usage {
    const { user, system } = process.cpuUsage()
    const { durable, anchored } = store.anchors.totals()
    return { cpu: user + system, rss: process.memoryUsage.rss(), stored: durable, anchored }
  },
  /** messages without effect, so far */
  async dropped(): Promise<number> {
    const counts = (await core.metrics.text()).matchAll(/^dormouse_dropped_total\{.*\} (\d+)$/gm)
    return [...counts].reduce((sum, [, count]) => sum + Number(count), 0)
  },
  async end() {
    await bridge.close()
    await serial.close()
    await core.drain()
    await core.stop()
    await verifier.close()
    store.close()
  },
})
