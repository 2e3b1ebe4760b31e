import { expect, it } from "vitest"
import { lab } from "./lab.ts"

const limits = { slots: 4096, chunkBytes: 64 * 1024, stackSlots: 512, meter: 5_000_000 }

/** Each of these ends its machine; the pattern is what the user reads. */
const deaths: Record<string, [script: string, reason: RegExp]> = {
  "an endless loop": [
    "function spin() { for (;;); } spin()",
    /^endless loop: more than 5000000 meter units.*\n at spin/,
  ],
  "an endless chain of promise jobs": ["const f = () => void Promise.resolve().then(f); f()", /^endless loop/],
  "a regular expression without end": [
    "/(a*)*b/.exec('a'.repeat(50))",
    /^out of memory: limit of 262144 bytes for the engine's own work/,
  ],
  "too many objects": [
    "let list; function grow() { for (;;) list = { list } } grow()",
    /^out of memory: heap limit of 4096 slots/,
  ],
  "too many bytes": [
    "const a = []; for (;;) a.push(new Uint8Array(1000))",
    /^out of memory: chunk limit of 65536 bytes/,
  ],
  "one huge buffer": ["new ArrayBuffer(1 << 30)", /^out of memory: chunk limit of 65536 bytes/],
  "one huge string": ["'x'.repeat(1 << 29)", /^out of memory: chunk limit of 65536 bytes/],
  "deep recursion": ["function deep() { deep() } deep()", /^stack overflow: limit of 512 slots\n at deep/],
  "recursion through natives": ["const f = () => [1].map(f); f()", /^stack overflow/],
  "an exception": [
    "function inner() { throw new RangeError('too far') } inner()",
    /^uncaught exception: RangeError: too far\n at inner/,
  ],
  "a thrown value": ["throw { toString: () => 'no error object' }", /^uncaught exception: no error object/],
  "a thrown loop": ["throw { toString() { for (;;); } }", /^uncaught exception: \(cannot be shown/],
  "a rejected promise": [
    "Promise.reject(new TypeError('nobody cares'))",
    /^unhandled rejection: TypeError: nobody cares/,
  ],
  "an async function that throws": [
    "(async () => { await null; throw new Error('later') })()",
    /^unhandled rejection: Error: later/,
  ],
  "an import": ["import('./other.js')", /^unhandled rejection/],
  "code at run time": ["new Function('return 1')", /^uncaught exception: SyntaxError/],
}

it.each(Object.entries(deaths))("%s ends that machine alone", async (_name, [script, reason]) => {
  const { worker, create, wake } = await lab(
    `host.on = { datagram(bytes) { host.send(bytes) } }
     host.retained.write(new Uint8Array(3))
     if (host.reason === "pin") { ${script} }`,
    { limits },
  )
  await create(1)
  await create(2)
  await wake(1)
  const died = await wake(2, { reason: "pin" })
  expect(died.state).toBe("died")
  expect(died.reason).toMatch(reason)
  const bytes = Uint8Array.of(1, 2, 3)
  expect(await worker.datagram(1, { now: 1, bytes })).toMatchObject({ state: "waiting", sends: [bytes] })
  expect(await worker.datagram(2, { now: 1, bytes })).toMatchObject({ state: "died", sends: [] })
  expect(await wake(2)).toMatchObject({ state: "waiting" })
})

it("dies in later turns as well", async () => {
  const { worker, create, wake } = await lab("host.on = { datagram() { lost() }, alarm() { for (;;); } }", { limits })
  await create(1)
  await wake(1)
  const { state, reason } = await worker.datagram(1, { now: 1, bytes: new Uint8Array(1) })
  expect(state).toBe("died")
  expect(reason).toMatch(/^uncaught exception: ReferenceError: .*lost.*\n at datagram/)
})

it("shows no shared memory, which would lie outside the limits", async () => {
  const { create, wake } = await lab("host.trace(typeof SharedArrayBuffer)")
  await create(1)
  expect((await wake(1)).traces).toEqual(["undefined"])
})

it("says so where the limits let no machine begin", async () => {
  const { create, wake } = await lab("", { limits: { slots: 10 } })
  await create(1)
  expect(await wake(1)).toMatchObject({ state: "died", reason: expect.stringContaining("limits are too small") })
})

it("reports what a machine used", async () => {
  const { create, wake } = await lab("const a = new Uint8Array(20000); function f(n) { return n ? f(n - 1) : 0 } f(10)")
  await create(1)
  const { heap, meter } = await wake(1)
  expect(heap.chunksPeak).toBeGreaterThan(20000)
  expect(heap.slotsPeak).toBeGreaterThan(500)
  expect(heap.stackPeak).toBeGreaterThan(10 * 32)
  expect(heap.stackPeak).toBeLessThan(768 * 32)
  expect(meter).toBeGreaterThan(50)
})
