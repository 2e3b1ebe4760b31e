/**
 * Writes `assembly/generated/field.ts`: unrolled arithmetic modulo p = 2^256 - 2^32 - 977 on nine 29-bit limbs.
 *
 * Products are summed by column (Comba 1990) and each high column k + 9 is folded at once into columns k and k + 1, since
 * 2^261 = 2^5 * 2^256 = 2^37 + 31264 (mod p) and 2^37 = 2^8 * 2^29. How far limbs may grow is proven by `test/bounds.test.ts`.
 */
const LIMBS = 9
const MASK = "0x1fffffff"
const TOP_MASK = "0xffffff"
const FOLD_LOW = 31264 // 977 * 2^5
const FOLD_HIGH_SHIFT = 8
/** Limbs of p: the multiple k * p, limb by limb, is what a subtraction adds to stay positive. */
const P_LIMBS = ["0x1ffffc2f", "0x1ffffff7", ...Array(6).fill("0x1fffffff"), "0xffffff"]

const range = (n) => Array.from({ length: n }, (_, i) => i)
const load = (name, type) => range(LIMBS).map((i) => `  const ${name}${i}: ${type} = load<u32>(${name}, ${4 * i})`)
const store = (i, value) => `  store<u32>(r, ${value}, ${4 * i})`
const define = (head, body) => `export function ${head}: void {\n${body.flat().join("\n")}\n}\n`

/** Terms a_i * b_j with i + j = k. */
function column(k, pairs) {
  return pairs.flatMap(([a, b]) =>
    range(LIMBS).flatMap((i) => (k - i >= 0 && k - i < LIMBS ? [`${a}${i} * ${b}${k - i}`] : [])),
  )
}

/** Terms of a square: the sum of the mixed products, doubled, and the square in the middle. */
function squareColumn(k, a) {
  const mixed = range(LIMBS).flatMap((i) => (k - i > i && k - i < LIMBS ? [`${a}${i} * ${a}${k - i}`] : []))
  const twice = mixed.length > 0 ? [`((${mixed.join(" + ")}) << 1)`] : []
  return k % 2 === 0 ? [...twice, `${a}${k / 2} * ${a}${k / 2}`] : twice
}

/**
 * Reduces the columns to nine limbs; `addend(k)` is what limb k gets besides, at no cost of its own. Limbs are stored as they
 * come, for operands of products have been read by then, and addends are read limb by limb: r may be any of them.
 */
function reduceColumns(columns, addend = () => "") {
  const sum = (k) => columns(k).join(" + ")
  const lines = [
    `  let high: u64 = ${sum(8)}`,
    `  const t8: u64 = high & ${MASK}`,
    "  high >>= 29",
    "  let low: u64 = 0",
  ]
  for (const k of range(8)) {
    lines.push(`  high += ${sum(k + 9)}`, `  const u${k}: u64 = high & ${MASK}`, "  high >>= 29")
    const previous = k > 0 ? ` + (u${k - 1} << ${FOLD_HIGH_SHIFT})` : ""
    lines.push(`  low += ${sum(k)}`, `  low += u${k} * ${FOLD_LOW}${previous}${addend(k)}`)
    if (k < 3) lines.push(`  const t${k}: u64 = low & ${MASK}`, "  low >>= 29")
    else lines.push(store(k, `<u32>(low & ${MASK})`), "  low >>= 29")
  }
  lines.push(`  low += t8 + high * ${FOLD_LOW} + (u7 << ${FOLD_HIGH_SHIFT})${addend(8)}`)
  // Limb 8 ends at bit 24 (2^256); `high` now counts 2^(261 + 8): 13 = 5 + 8 bits above it.
  lines.push("  const over: u64 = (low >> 24) + (high << 13)", store(8, `<u32>(low & ${TOP_MASK})`))
  lines.push("  low = t0 + over * 977", store(0, `<u32>(low & ${MASK})`), "  low >>= 29")
  lines.push("  low += t1 + (over << 3)", store(1, `<u32>(low & ${MASK})`), "  low >>= 29")
  lines.push(store(2, "<u32>(t2 + low)"))
  return lines.flat()
}

const multiply = define("feMul(r: usize, a: usize, b: usize)", [
  load("a", "u64"),
  load("b", "u64"),
  reduceColumns((k) => column(k, [["a", "b"]])),
])
const multiplyAdd = define("feMulAdd(r: usize, a: usize, b: usize, c: usize, d: usize)", [
  load("a", "u64"),
  load("b", "u64"),
  load("c", "u64"),
  load("d", "u64"),
  reduceColumns((k) =>
    column(k, [
      ["a", "b"],
      ["c", "d"],
    ]),
  ),
])
const square = define("feSqr(r: usize, a: usize)", [load("a", "u64"), reduceColumns((k) => squareColumn(k, "a"))])
/** Limbs of k * p: what is added before a subtraction, so that nothing becomes negative. */
const multiples = [0, 1, 2, 8].map((i) => `  const k${i}: u32 = k * ${P_LIMBS[i]}`)
const multiple = (i) => (i < 2 || i === 8 ? `k${i}` : "k2")
/** Of a fixed k. */
const fixed = (k) => [0, 1, 2, 8].map((i) => `  const k${i}: u64 = ${k * Number(P_LIMBS[i])}`)
const minus = (name) => (i) => ` + (${multiple(i)} - load<u32>(${name}, ${4 * i}))`
/** a b - c for c of magnitude 1. */
const multiplySubtract = define("feMulSub(r: usize, a: usize, b: usize, c: usize)", [
  load("a", "u64"),
  load("b", "u64"),
  fixed(2),
  reduceColumns((k) => column(k, [["a", "b"]]), minus("c")),
])
/** a^2 - b - 2c for b and c of magnitude 1. */
const squareSubtract = define("feSqrSub(r: usize, a: usize, b: usize, c: usize)", [
  load("a", "u64"),
  fixed(4),
  reduceColumns(
    (k) => squareColumn(k, "a"),
    (i) => ` + (${multiple(i)} - (load<u32>(b, ${4 * i}) + (load<u32>(c, ${4 * i}) << 1)))`,
  ),
])
const add = define("feAdd(r: usize, a: usize, b: usize)", [
  range(LIMBS).map((i) => store(i, `load<u32>(a, ${4 * i}) + load<u32>(b, ${4 * i})`)),
])
const subtract = define("feSub(r: usize, a: usize, b: usize, k: u32)", [
  multiples,
  range(LIMBS).map((i) => store(i, `load<u32>(a, ${4 * i}) + (${multiple(i)} - load<u32>(b, ${4 * i}))`)),
])
const negate = define("feNeg(r: usize, a: usize, k: u32)", [
  multiples,
  range(LIMBS).map((i) => store(i, `${multiple(i)} - load<u32>(a, ${4 * i})`)),
])

/** r = mask ? -a : a for magnitude 1; `mask` is 0 or all ones. */
const negateIf = define("feNegIf(r: usize, a: usize, mask: u32)", [
  load("a", "u32"),
  range(LIMBS).map((i) => store(i, `a${i} ^ (mask & (a${i} ^ (${2 * Number(P_LIMBS[i])} - a${i})))`)),
])
/** Carries through all limbs, after folding what lies above 2^256: r = k * a with limbs of standard size. */
const scale = define("feScale(r: usize, a: usize, k: u32)", [
  load("a", "u64").map((line) => `${line} * k`),
  "  const over: u64 = a8 >> 24",
  "  let low: u64 = a0 + over * 977",
  store(0, `<u32>(low & ${MASK})`),
  "  low >>= 29",
  "  low += a1 + (over << 3)",
  store(1, `<u32>(low & ${MASK})`),
  "  low >>= 29",
  range(6).flatMap((i) => [`  low += a${i + 2}`, store(i + 2, `<u32>(low & ${MASK})`), "  low >>= 29"]),
  store(8, `<u32>(low + (a8 & ${TOP_MASK}))`),
])
const carry = define("feCarry(r: usize, a: usize)", [
  load("a", "u32"),
  "  const over: u32 = a8 >> 24",
  "  let low: u32 = a0 + over * 977",
  store(0, `low & ${MASK}`),
  "  low >>= 29",
  "  low += a1 + (over << 3)",
  store(1, `low & ${MASK}`),
  "  low >>= 29",
  range(6).flatMap((i) => [`  low += a${i + 2}`, store(i + 2, `low & ${MASK}`), "  low >>= 29"]),
  store(8, `low + (a8 & ${TOP_MASK})`),
])
/** r = 3a / 2 for magnitude 1: p is odd, so it is added where 3a is odd; carried before it is halved. */
const threeHalves = define("feThreeHalves(r: usize, a: usize)", [
  load("a", "u32"),
  "  const odd: u32 = 0 - (a0 & 1)",
  `  let low: u32 = a0 * 3 + (odd & ${P_LIMBS[0]})`,
  range(8).flatMap((i) => [
    `  const s${i}: u32 = low & ${MASK}`,
    `  low = a${i + 1} * 3 + (odd & ${P_LIMBS[i + 1]}) + (low >> 29)`,
  ]),
  range(7).map((i) => store(i, `(s${i} >> 1) + ((s${i + 1} & 1) << 28)`)),
  store(7, "(s7 >> 1) + ((low & 1) << 28)"),
  store(8, "low >> 1"),
])
/** r = flag ? a : r; `mask` is 0 or all ones. */
const select = define("feSelect(r: usize, a: usize, mask: u32)", [
  range(LIMBS).map((i) => {
    const old = `load<u32>(r, ${4 * i})`
    return store(i, `${old} ^ (mask & (${old} ^ load<u32>(a, ${4 * i})))`)
  }),
])

const limbOfBytes = (i) => {
  const word = Math.floor((29 * i) / 32)
  const shift = (29 * i) % 32
  const low = shift ? `w${word} >> ${shift}` : `w${word}`
  const all = shift > 3 && word < 7 ? `${low} | w${word + 1} << ${32 - shift}` : low
  return i < 8 ? `(${all}) & ${MASK}` : all
}
const copy = define("feCopy(r: usize, a: usize)", [range(LIMBS).map((i) => store(i, `load<u32>(a, ${4 * i})`))])
/** Limbs from eight little-endian words. */
const fromWords = define("feFromWords(r: usize, a: usize)", [
  range(8).map((i) => `  const w${i}: u32 = load<u32>(a, ${4 * i})`),
  range(LIMBS).map((i) => store(i, limbOfBytes(i))),
])
const toWords = define("feToWords(r: usize, a: usize)", [
  load("a", "u32"),
  range(8).map((i) => {
    const limb = Math.floor((32 * i) / 29)
    const shift = (32 * i) % 29
    const low = shift ? `a${limb} >> ${shift}` : `a${limb}`
    return store(i, `${low} | a${limb + 1} << ${29 - shift}`)
  }),
])

export const fieldSource = [
  "// Written by scripts/field.js. Arithmetic modulo 2^256 - 2^32 - 977 on nine 29-bit limbs; see as/README.md.\n",
  multiply,
  multiplyAdd,
  square,
  multiplySubtract,
  squareSubtract,
  add,
  subtract,
  negate,
  negateIf,
  scale,
  carry,
  threeHalves,
  select,
  copy,
  fromWords,
  toWords,
].join("\n")
