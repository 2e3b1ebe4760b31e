import { createHash } from "node:crypto"
import { describe, expect, it } from "vitest"
import { lab } from "./lab.ts"

describe("host.retained", () => {
  const script = `
    const bytes = host.retained.read()
    host.trace(JSON.stringify(bytes ? [...bytes] : null))
    host.retained.write(Uint8Array.of(...(bytes ?? []), 1))
    if (host.reason === "pin") crash()
    host.sleep(1)`

  it("lasts while the device sleeps", async () => {
    const { create, wake } = await lab(script)
    await create(1)
    await create(2)
    expect((await wake(1)).traces).toEqual(["null"])
    expect((await wake(1)).traces).toEqual(["[1]"])
    expect((await wake(1)).traces).toEqual(["[1,1]"])
    expect((await wake(2)).traces).toEqual(["null"])
  })

  it("is gone after a power cut, a crash and a new device", async () => {
    const { worker, create, wake } = await lab(script)
    await create(1)
    await wake(1)
    await worker.powerCut(1)
    expect((await wake(1)).traces).toEqual(["null"])
    expect((await wake(1, { reason: "pin" })).state).toBe("died")
    expect((await wake(1)).traces).toEqual(["null"])
    await create(1)
    expect((await wake(1)).traces).toEqual(["null"])
  })

  it("holds at most 4096 bytes", async () => {
    const { create, wake } = await lab(`
      host.retained.write(new Uint8Array(4096))
      host.trace("" + host.retained.read().length)
      host.retained.write(new Uint8Array(0))
      host.trace("" + host.retained.read().length)
      host.retained.write(new Uint8Array(4097))`)
    await create(1)
    const { traces, reason } = await wake(1)
    expect(traces).toEqual(["4096", "0"])
    expect(reason).toMatch(/RangeError: bytes: retained memory holds 4096, not 4097/)
  })
})

describe("host.random", () => {
  const script = "host.trace([...host.random(40)].join()); host.trace([...host.random(5)].join()); host.sleep(1)"
  const seed = new Uint8Array(32).fill(7)

  /** Block i is SHA-256(seed || i). */
  function block(index: number): Buffer {
    const counter = Buffer.alloc(8)
    counter.writeBigUInt64LE(BigInt(index))
    return createHash("sha256").update(seed).update(counter).digest()
  }

  it("is one stream for a seed, which sleep does not restart", async () => {
    const { create, wake } = await lab(script)
    await create(1, { seed })
    await create(2, { seed })
    await create(3, { seed, seedCounter: 3 })
    const first = await wake(1)
    expect(first.traces).toEqual([
      [...block(0), ...block(1).subarray(0, 8)].join(),
      [...block(2).subarray(0, 5)].join(),
    ])
    expect(first.randomCounter).toBe(3)
    expect((await wake(2)).traces).toEqual(first.traces)
    const second = await wake(1)
    expect(second.traces).not.toEqual(first.traces)
    expect((await wake(3)).traces).toEqual(second.traces)
  })

  it("is entropy without a seed", async () => {
    const { create, wake } = await lab(script)
    await create(1)
    await create(2)
    expect((await wake(1)).traces[0]).not.toBe((await wake(2)).traces[0])
  })

  it("also feeds Math.random", async () => {
    const { create, wake } = await lab("host.trace('' + Math.random())")
    await create(1, { seed })
    await create(2, { seed })
    await create(3)
    const [one, two, three] = await Promise.all([wake(1), wake(2), wake(3)])
    expect(one.traces).toEqual(two.traces)
    expect(one.traces).not.toEqual(three.traces)
  })
})
