/** Fragmentation on the engine: an exchange of 600 bytes each way over frames of 77 bytes, with losses. */
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import { expect, it } from "vitest"
import { run } from "./lab.ts"

const source = `
import { FragmentEndpoint } from "./src/protocol/schc/endpoint.ts"
import { framed } from "./src/protocol/schc/rules.ts"

const got = []
const queue = []
let frames = 0
let meter = 0
const lost = () => ++frames % 7 === 3
const end = (sends, takes, isAsked, to) =>
  new FragmentEndpoint({
    sends, takes, isAsked, mtu: 76, maxPacket: 1155,
    send(rule, payload) { if (!lost()) queue.push([to, rule, payload]) },
    onPacket(packet) { got.push(packet) },
  })
const ends = [end(framed.up, framed.down, false, 1), end(framed.down, framed.up, true, 0)]
const start = host.meter()
for (const [from, tag] of [[0, 3], [1, 3]]) {
  ends[from].sendPacket(new Uint8Array(600).map((_, i) => i * 7 + from), tag)
  for (;;) {
    const next = queue.shift()
    if (next) ends[next[0]].receive(next[1], next[2])
    else if (ends[from].isWaiting) ends[from].retransmit()
    else break
  }
}
const whole = got.map((packet, from) => packet.length === 600 && packet.every((byte, i) => byte === ((i * 7 + from) & 255)))
host.trace(JSON.stringify({ whole, frames, meter: host.meter() - start, heap: host.heap() }))
host.sleep(1)
`

it("runs on XS, both ends, in little memory", async () => {
  const resolveDir = fileURLToPath(new URL("../../../", import.meta.url))
  const bundle = { bundle: true, format: "iife", target: "es2022", platform: "neutral", minify: true } as const
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir, loader: "ts" },
    ...bundle,
    write: false,
  })
  const [result] = (await run(outputFiles[0]!.text)) as [Record<string, never>]
  expect(result).toMatchObject({ whole: [true, true] })
  // The meter is the same on every host: about 314,000, of which both ends and both ways have their part.
  expect(result.meter).toBeLessThan(400_000)
})
