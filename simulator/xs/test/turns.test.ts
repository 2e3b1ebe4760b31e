import { describe, expect, it } from "vitest"
import { lab, run } from "./lab.ts"

const say = "const say = (value) => host.trace(JSON.stringify(value));"

describe("a turn", () => {
  it("shows the script what the wake carried", async () => {
    const { worker, create, wake } = await lab(`${say} say([host.reason, host.sensor, host.engine])`)
    await create(1)
    await create(2)
    const first = await wake(1, { reason: "timer", sensor: [21.5, null, -0.25] })
    expect(first.traces).toEqual(['["timer",[21.5,null,-0.25],"xs 13.3.0"]'])
    expect(worker.engine).toBe("xs 13.3.0")
    expect((await wake(2, { reason: "pin" })).traces).toEqual(['["pin",null,"xs 13.3.0"]'])
  })

  it("runs promise jobs to their end", async () => {
    const lines = await run(`${say}
      async function f(n) { if (n) { await null; await f(n - 1) } say(n) }
      f(3); say("sync")`)
    expect(lines).toEqual(["sync", 0, 1, 2, 3])
  })

  it("wakes, gets a datagram and an alarm, and sleeps", async () => {
    const { worker, create, wake } = await lab(`${say}
      host.send(Uint8Array.of(1, 2))
      host.setAlarm(5000)
      host.on = {
        answers: 0,
        datagram(bytes) { this.answers++; say([...bytes]); host.send(bytes); host.send(bytes.subarray(1)) },
        alarm() { say(this.answers); host.sleep(9e6); host.setAlarm(7) },
      }`)
    await create(1)
    const first = await wake(1)
    expect(first).toMatchObject({ state: "waiting", alarm: 5000, sends: [Uint8Array.of(1, 2)] })
    const second = await worker.datagram(1, { now: 1000, bytes: Uint8Array.of(7, 8, 9) })
    expect(second).toMatchObject({
      state: "waiting",
      traces: ["[7,8,9]"],
      sends: [Uint8Array.of(7, 8, 9), Uint8Array.of(8, 9)],
    })
    const early = await worker.alarm(1, { now: 4999 })
    expect(early).toMatchObject({ state: "waiting", alarm: 5000, traces: [] })
    const third = await worker.alarm(1, { now: 5000 })
    expect(third).toMatchObject({ state: "asleep", until: 9e6, traces: ["1"] })
    expect(third.alarm).toBeUndefined()
    expect(await worker.datagram(1, { now: 6000, bytes: new Uint8Array(1) })).toMatchObject({
      state: "asleep",
      until: 9e6,
      sends: [],
    })
  })

  it("that somebody waits for comes before those that nobody does, but never before its own device's", async () => {
    const { worker, create, wake } = await lab("host.on = { datagram() {} }")
    for (const id of [1, 2, 3]) await create(id)
    await wake(1)
    const order: string[] = []
    const note = (name: string) => () => void order.push(name)
    const datagram = { now: 1, bytes: new Uint8Array(1) }
    await Promise.all([
      wake(2).then(note("wake 2")),
      worker.datagram(1, { ...datagram, patient: true }).then(note("patient datagram 1")),
      worker.datagram(2, datagram).then(note("datagram 2")),
      worker.alarm(3, { now: 1 }).then(note("alarm 3")),
    ])
    expect(order).toEqual(["alarm 3", "wake 2", "patient datagram 1", "datagram 2"])
  })

  it("begins every wake with a fresh machine", async () => {
    const { worker, create, wake } = await lab(`
      Array.prototype.mark = (Array.prototype.mark ?? 0) + 1
      globalThis.count = (globalThis.count ?? 0) + 1
      host.trace([].mark + " " + count)
      host.sleep(1)`)
    await create(1)
    for (let i = 0; i < 3; i++) expect((await wake(1)).traces).toEqual(["1 1"])
    await worker.remove(1)
  })

  it("cannot reach what all machines share", async () => {
    const attempts = [
      "Object.getPrototypeOf(globalThis).leak = 1",
      "Object.getPrototypeOf(globalThis).Array = 1",
      "Array = 1",
      "delete Object.getPrototypeOf(globalThis).Array",
      "Object.setPrototypeOf(Object.prototype, { leak: 1 })",
      "host.now = 1",
      "host.crypto.sign = 1",
    ]
    const { create, wake } = await lab(`"use strict"
      host.trace([typeof leak, typeof own, typeof Math.leak].join())
      const attempts = [${attempts.map((code) => `() => { ${code} }`)}]
      for (const attempt of attempts) try { attempt(); host.trace("done") } catch (error) { host.trace(error.name) }
      Object.prototype.leak = Math.leak = Reflect.leak = 1
      globalThis.own = 1
      host.trace([typeof leak, typeof own, typeof Array, typeof host.now].join())
      for (let i = 0; i < 300; i++) new Uint8Array(1000)
      host.sleep(1)`)
    await create(1)
    for (let i = 0; i < 3; i++) {
      const { traces, reason } = await wake(1)
      expect(reason).toBeUndefined()
      expect(traces[0]).toBe("undefined,undefined,undefined")
      expect(traces.slice(1, -1)).toEqual(attempts.map(() => "TypeError"))
      expect(traces.at(-1)).toBe("number,number,function,function")
    }
  })

  it("passes text as UTF-8", async () => {
    const { create, wake } = await lab('host.trace("ä€😀\\u0000x")')
    await create(1)
    expect((await wake(1)).traces).toEqual(["ä€😀\0x"])
  })

  it("refuses what makes no sense, with a code", async () => {
    const { worker, create, wake } = await lab("")
    await expect(wake(1)).rejects.toMatchObject({ code: "E_XS_DEVICE" })
    await create(1)
    await wake(1)
    await expect(wake(1)).rejects.toMatchObject({ code: "E_XS_AWAKE" })
    await expect(create(-1)).rejects.toMatchObject({ code: "E_XS_ARGUMENT" })
    await expect(create(2, { seed: new Uint8Array(31) })).rejects.toMatchObject({ code: "E_XS_ARGUMENT" })
    await worker.powerCut(1)
    expect(await worker.alarm(1, { now: 1 })).toMatchObject({ state: "off" })
  })
})

describe("host.now", () => {
  it("follows the host's clock", async () => {
    const { create, wake } = await lab(
      "let n = 0; host.trace('' + host.now()); while (n < 1e5) n++; host.trace('' + host.now())",
    )
    await create(1)
    const { traces, now } = await wake(1, { now: 1e9 })
    const [first, second] = traces.map(Number) as [number, number]
    expect(first).toBeGreaterThan(1e9)
    expect(second).toBeGreaterThan(first)
    expect(now).toBeGreaterThan(second)
    expect(now).toBeLessThan(1e9 + 1e6)
  })

  it("goes on while native crypto would run on a board", async () => {
    const script = `const before = host.now(); host.crypto.sign(new Uint8Array(32), new Uint8Array(32).fill(1))
      const spent = host.now() - before; host.trace('' + spent); host.send(new Uint8Array(1)); host.trace('' + host.batteryMillivolts)`
    const { create, wake } = await lab(script, { clock: "meter", meterMicros: 0, instructionMicros: 0.01 })
    await create(1)
    const { traces, tracedAt, sentAt, now } = await wake(1, { now: 500, batteryMillivolts: 2871 })
    expect(traces).toEqual(["6850", "2871"])
    expect([...tracedAt, ...sentAt, now]).toEqual([7350, 7350, 7350, 7350])
  })

  it("or the instructions executed", async () => {
    const script = "let n = 0; while (n < 1000) n++; host.trace(host.now() + ' ' + host.meter() + ' ' + Date.now())"
    const { create, wake } = await lab(script, { clock: "meter", meterMicros: 2 })
    await create(1)
    await create(2)
    const one = await wake(1, { now: 1e9 })
    const two = await wake(2, { now: 1e9 })
    expect(one.traces).toEqual(two.traces)
    expect(one.meter).toBe(two.meter)
    expect(one.now).toBe(1e9 + 2 * one.meter)
    const [now, meter, date] = one.traces[0]!.split(" ").map(Number) as [number, number, number]
    expect(now).toBeGreaterThan(1e9 + 2 * 1000)
    expect(meter).toBeGreaterThan(1000)
    expect(date).toBe(Math.floor(now / 1000))
  })
})

describe("a bundle that is run once", () => {
  it("defines in the template what every wake finds; what one changes stays its own", async () => {
    const { create, wake } = await lab(`"use preload"
      const table = { value: 1, list: [1, 2] }
      class Counter { count = 0; up() { return ++this.count } }
      globalThis.start = () => {
        const counter = new Counter()
        const before = [table.value, table.list.length]
        table.list.push(3)
        table.value = 2
        host.trace([counter.up(), counter.up(), ...before, table.value, table.list.length].join())
        host.sleep(1)
      }`)
    await create(1)
    await create(2)
    for (const id of [1, 1, 2, 1]) expect((await wake(id)).traces).toEqual(["1,2,1,2,2,3"])
  })
})
