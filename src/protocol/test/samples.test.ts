import fc from "fast-check"
import { describe, expect, test } from "vitest"
import {
  type Batch,
  batchOffsets,
  type CborValue,
  type DormouseError,
  decode,
  decodeBatch,
  encode,
  encodeBatch,
  toHex,
} from "../index.ts"
import { codeOf, hex } from "./helper.ts"

const LIMIT = 2 ** 45
const reading = fc.oneof(
  fc.integer({ min: -3000, max: 6000 }),
  fc.maxSafeInteger().map((value) => value % LIMIT),
  fc.constantFrom(LIMIT - 1, 1 - LIMIT),
)

/** A batch as `decodeBatch` gives it: no step for one sample, constant steps as one number. */
const batch: fc.Arbitrary<Batch> = fc
  .array(fc.boolean(), { minLength: 1, maxLength: 5 })
  .chain((nulls) => {
    const sample = fc.tuple(...nulls.map((isNull) => (isNull ? fc.constant(null) : reading)))
    return fc.record({
      samples: fc.array(sample, { minLength: 1, maxLength: 30 }),
      steps: fc.infiniteStream(fc.nat({ max: 400_000 })),
      constant: fc.boolean(),
    })
  })
  .map(({ samples, steps, constant }) => {
    const list = samples.slice(1).map(() => steps.next().value!)
    const alike = constant || new Set(list).size < 2
    return { samples, step: samples.length === 1 ? 0 : alike ? list[0]! : list }
  })

test("decodeBatch(encodeBatch(x)) is x, through bytes", () => {
  fc.assert(
    fc.property(batch, (item) => {
      expect(decodeBatch(decode(encode(encodeBatch(item))) as CborValue[])).toEqual(item)
    }),
    { numRuns: 1_000 },
  )
})

test("what decodes encodes to the same bytes; what does not decode is refused by name", () => {
  let accepted = 0
  const body = fc.tuple(
    fc.array(fc.option(reading, { freq: 8 }), { minLength: 1, maxLength: 3 }),
    fc.oneof(fc.nat(), fc.array(fc.nat({ max: 3 }), { maxLength: 3 })),
    fc.integer({ min: 1, max: 4 }),
    fc.uint8Array({ maxLength: 6 }).map((array) => new Uint8Array(array)),
  )
  fc.assert(
    fc.property(body, (item) => {
      try {
        expect(toHex(encode(encodeBatch(decodeBatch(item))))).toBe(toHex(encode(item)))
        accepted++
      } catch (error) {
        expect((error as DormouseError).code).toMatch(/^E_(SAMPLES|MESSAGE)$/)
      }
    }),
    { numRuns: 20_000 },
  )
  expect(accepted).toBeGreaterThan(10)
})

/** Worked by hand: widths 2 and 3 (000010 000011), rows (+1 -> 2: 10, -2 -> 3: 011) and (0: 00, +2 -> 4: 100). */
test("the packing, bit for bit", () => {
  const item = {
    step: 100,
    samples: [
      [10, 20],
      [11, 18],
      [11, 20],
    ],
  }
  const bits = "000010000011" + "10011" + "00100"
  expect(encodeBatch(item)).toEqual([[10, 20], 100, 3, hex(BigInt(`0b${bits}00`).toString(16).padStart(6, "0"))])
})

describe("encodeBatch refuses", () => {
  test.each<[string, Batch]>([
    ["no sample", { step: 0, samples: [] }],
    ["1,025 samples", { step: 1, samples: Array.from({ length: 1025 }, () => [1]) }],
    ["a channel too few", { step: 1, samples: [[1, 2], [1]] }],
    ["a value that comes and goes", { step: 1, samples: [[1], [null]] }],
    ["a fraction", { step: 0, samples: [[1.5]] }],
    ["2^45", { step: 0, samples: [[LIMIT]] }],
    ["steps too few", { step: [1], samples: [[1], [2], [3]] }],
  ])("%s", (_, item) => expect(codeOf(() => encodeBatch(item))).toBe("E_SAMPLES"))

  test("a step beyond 32 bits", () => {
    expect(codeOf(() => encodeBatch({ step: 2 ** 32, samples: [[1], [2]] }))).toBe("E_MESSAGE")
  })
})

describe("decodeBatch refuses", () => {
  test.each<[string, CborValue[], string]>([
    ["two fields", [[1], 1], "a body of 2 fields"],
    ["a count of 1 with differences", [[1], 1, 1, hex("00")], "a count below 2"],
    ["constant steps as a list", [[1], [5, 5], 3, hex("00")], "constant steps written as a list"],
    ["a width of 48", [[1], 1, 2, hex("c0000000000000")], "a bit width above 47"],
    ["a width wider than needed", [[1], 1, 2, hex("09")], "a bit width wider than needed"],
    ["differences cut short", [[1], 1, 9, hex("0980")], "end too early"],
    ["a byte too many", [[1], 1, 2, hex("0000")], "followed by other bits"],
    ["padding that is not zero", [[1], 1, 2, hex("01")], "followed by other bits"],
    ["a first value of 2^45", [[LIMIT]], "a first value of 2^45"],
    ["a sum of 2^45", [[LIMIT - 1], 1, 2, hex("0a")], "channel 0 reaches 2^45"],
  ])("%s", (_, body, message) => {
    expect(codeOf(() => decodeBatch(body))).toBe("E_SAMPLES")
    expect(() => decodeBatch(body)).toThrow(message)
  })
})

test("offsets of samples", () => {
  const samples = [[1], [2], [3]]
  expect(batchOffsets({ step: 50, samples })).toEqual([0, 50, 100])
  expect(batchOffsets({ step: [5, 7], samples })).toEqual([0, 5, 12])
})
