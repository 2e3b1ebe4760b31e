/**
 * The device's flash where ESP-IDF encrypts it, through esp32/flash.c: what the chip holds, what reads as erased, and every
 * test of the log and of power cuts (fewer lives of those). With DORMOUSE_FAULT_RUNS also those of test/faults.test.ts.
 */
import fc from "fast-check"
import { afterEach, expect, test, vi } from "vitest"
import { crypto } from "../../../../as/index.ts"
import { FlashLog } from "../../flash/log.ts"
import { FlashState, StateKey } from "../../flash/state.ts"
import * as testBoard from "../../test/test-board.ts"
import { openSecured, Partition } from "./partition.ts"

const REGION = { offset: 4096, sectors: 4 }
const KEY = crypto.sha256(new Uint8Array([1]))
const erased = (length: number) => [...new Uint8Array(length).fill(0xff)]
const records = (log: FlashLog) => [...log.items()].map(({ payload }) => payload?.[0])

afterEach(() => expect(Partition.violations).toBe(0))

test.each([true, false])(
  "the chip holds the secret key as it is only without encryption (encrypted: %s)",
  (encrypted) => {
    const flash = new Partition(5, encrypted)
    FlashState.scan({ flash, crypto }, REGION).set(StateKey.secretKey, KEY)
    expect(FlashState.scan({ flash, crypto }, REGION).get(StateKey.secretKey)).toEqual(KEY)
    expect(Buffer.from(flash.bytes).includes(Buffer.from(KEY))).toBe(!encrypted)
  },
)

test("a build with flash encryption keeps nothing in a partition without it", () => {
  expect(openSecured(new Partition(5))).toBe(5 * 4096)
  expect(() => openSecured(new Partition(5, false))).toThrow("no key is kept there")
})

test("any range reads as it was written, and as erased where nothing was", () => {
  const flash = new Partition(1)
  const data = Uint8Array.from({ length: 512 }, (_, i) => (i >> 5 === 3 ? 0xff : i))
  flash.write(1024, data)
  const all = [...erased(1024), ...data, ...erased(2560)]
  fc.assert(
    fc.property(fc.nat(4095), fc.nat(700), (offset, length) => {
      const end = Math.min(4096, offset + length)
      expect([...flash.read(offset, end - offset)]).toEqual(all.slice(offset, end))
    }),
  )
})

test("a write that is not aligned, or over another, is refused with what to do, and changes nothing", () => {
  const flash = new Partition(1)
  flash.write(64, new Uint8Array(64))
  const before = flash.bytes.slice()
  const unit = new Uint8Array(32)
  expect(() => flash.write(16, unit)).toThrow("flash: 32 bytes at 16 are not whole units of 32")
  expect(() => flash.write(0, unit.subarray(16))).toThrow("flash: 16 bytes at 0 are not whole units of 32")
  expect(() => flash.write(4096, unit)).toThrow("are not in a partition of 4096")
  expect(() => flash.write(32, new Uint8Array(64))).toThrow(
    "flash: 64 is written already, and encrypted: erase its sector first",
  )
  expect(flash.bytes).toEqual(before)
  flash.erase(0, 4096)
  flash.write(64, unit)
  expect([...flash.read(64, 32)]).toEqual([...unit])
})

test.each([1, 2, 8, 12, 16, 17, 28])("a unit that power left after %i bytes is neither erased nor whole", (kept) => {
  const flash = new Partition(1)
  flash.write(0, new Uint8Array(32).fill(7))
  flash.bytes.fill(0xff, kept, 32)
  const read = [...flash.read(0, 32)]
  const first = kept < 16 ? [0, ...erased(15)] : [...new Uint8Array(16).fill(7)]
  const second = kept <= 16 ? erased(16) : [0, ...erased(15)]
  expect(read).toEqual([...first, ...second])
})

test("flash that the boot loader encrypted as it stood: what it held stays, and writing goes on", () => {
  const plain = new testBoard.TestFlash(5)
  const before = FlashLog.scan({ flash: plain, crypto }, REGION)
  for (let i = 0; i < 50; i++) before.append(7, new Uint8Array(100).fill(i))
  for (const bytes of [plain.bytes, erased(5 * 4096)]) {
    const flash = new Partition(5)
    flash.bytes.set(bytes)
    flash.encryptInPlace()
    const log = FlashLog.scan({ flash, crypto }, REGION)
    const held = records(log)
    expect(held).toEqual(bytes === plain.bytes ? Array.from({ length: 50 }, (_, i) => i) : [])
    for (let i = 50; i < 60; i++) log.append(7, new Uint8Array(100).fill(i))
    const wanted = [...held, ...Array.from({ length: 10 }, (_, i) => 50 + i)]
    expect(records(FlashLog.scan({ flash, crypto }, REGION)).filter((value) => value !== undefined)).toEqual(wanted)
  }
})

test("without encryption the chip holds what it always held, and is not looked at twice", () => {
  const [flash, plain] = [new Partition(5, false), new testBoard.TestFlash(5)]
  flash.espReadRaw = () => expect.fail("not without encryption")
  for (const on of [flash, plain]) {
    const state = FlashState.scan({ flash: on, crypto }, REGION)
    for (let i = 0; i < 300; i++) state.set(StateKey.settings, [i, "x".repeat(i % 90)])
  }
  expect(Buffer.from(flash.bytes).equals(plain.bytes)).toBe(true)
  expect([flash.erases, flash.written]).toEqual([plain.erases, plain.written])
})

process.env.DORMOUSE_CUT_RUNS ??= "50"
vi.doMock("../../test/test-board.ts", () => ({ ...testBoard, TestFlash: Partition }))
await import("../../test/flash-log.test.ts")
await import("../../test/power-cuts.test.ts")
if (process.env.DORMOUSE_FAULT_RUNS) await import("../../test/faults.test.ts")
