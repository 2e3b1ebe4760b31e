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
import { codeOf, flipBit, hex } from "./helper.ts"

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
  const bit = fc.nat()
  fc.assert(
    fc.property(batch, bit, (item, at) => {
      const body = encodeBatch(item)
      const differences = body[3]
      const changed = differences instanceof Uint8Array && flipBit(differences, at % (differences.length * 8))
      const input = changed ? [...body.slice(0, 3), changed] : body
      try {
        expect(toHex(encode(encodeBatch(decodeBatch(input))))).toBe(toHex(encode(input)))
        accepted++
      } catch (error) {
        expect((error as DormouseError).code).toMatch(/^E_(SAMPLES|MESSAGE)$/)
      }
    }),
    { numRuns: 3_000 },
  )
  expect(accepted).toBeGreaterThan(500)
})

test("random bodies are refused by name, or encode to the same bytes", () => {
  const field = fc.oneof(fc.nat(), fc.constant(null), fc.constant("text"))
  const body = fc.tuple(
    fc.oneof(fc.array(fc.option(reading), { maxLength: 3 }), field),
    field,
    fc.oneof(fc.integer({ min: 1, max: 4 }), field),
    fc.uint8Array({ maxLength: 6 }).map((array) => new Uint8Array(array)),
  )
  fc.assert(
    fc.property(body, fc.integer({ min: 1, max: 4 }), (item, length) => {
      try {
        const input = item.slice(0, length) as CborValue[]
        expect(toHex(encode(encodeBatch(decodeBatch(input))))).toBe(toHex(encode(input)))
      } catch (error) {
        expect((error as DormouseError).code).toMatch(/^E_(SAMPLES|MESSAGE)$/)
      }
    }),
    { numRuns: 3_000 },
  )
})

/** Worked by hand: steps 100 and 103 (width 2: 00, 11), widths 2 and 3, rows (+1, -2) -> (10, 011), (0, +2) -> (00, 100). */
test("the packing, bit for bit", () => {
  const samples = [
    [10, 20],
    [11, 18],
    [11, 20],
  ]
  const body = (digits: string) => [
    [10, 20],
    100,
    3,
    hex(
      BigInt(`0b${digits}`)
        .toString(16)
        .padStart(digits.length / 4, "0"),
    ),
  ]
  const jittered = "000010" + "000010" + "000011" + "0010011" + "1100100"
  expect(encodeBatch({ step: [100, 103], samples })).toEqual(body(jittered))
  const constant = "000000" + "000010" + "000011" + "10011" + "00100" + "0000"
  expect(encodeBatch({ step: 100, samples })).toEqual(body(constant))
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

  test("a step beyond 32 bits, or none", () => {
    for (const step of [2 ** 32, -1, [2 ** 32], [] as number[]])
      expect(codeOf(() => encodeBatch({ step, samples: [[1], [2]] }))).toMatch(/E_MESSAGE|E_SAMPLES/)
    const beyond = [[1], 0xffffffff, 3, hex("0404")]
    expect(codeOf(() => decodeBatch(beyond))).toBe("E_MESSAGE")
  })
})

describe("decodeBatch refuses", () => {
  test.each<[string, CborValue[], string]>([
    ["two fields", [[1], 1], "a body of 2 fields"],
    ["a count of 1 with differences", [[1], 1, 1, hex("0000")], "a count below 2"],
    ["a width of 48", [[1], 1, 2, hex("0300000000000000")], "a bit width that nothing needs"],
    ["a width of 33 for steps", [[1], 1, 2, hex("840000000000")], "a bit width that nothing needs"],
    ["a width wider than needed", [[1], 1, 2, hex("0024")], "a bit width wider than needed"],
    ["a smallest step that none has", [[1], 1, 2, hex("0408")], "a smallest step that none has"],
    ["differences cut short", [[1], 1, 9, hex("003240")], "end too early"],
    ["a byte too many", [[1], 1, 2, hex("000000")], "followed by other bits"],
    ["padding that is not zero", [[1], 1, 2, hex("0001")], "followed by other bits"],
    ["a first value of 2^45", [[LIMIT]], "a first value of 2^45"],
    ["a sum of 2^45", [[LIMIT - 1], 1, 2, hex("0028")], "channel 0 reaches 2^45"],
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
