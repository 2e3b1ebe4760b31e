// biome-ignore-all lint/correctness/noPrecisionLoss: AssemblyScript has 64-bit integers
/** Keccak-256 as Ethereum uses it: Keccak-f[1600] (FIPS 202 §3), rate 136, the padding of the original submission. */
import { INPUT, KECCAK, OUTPUT } from "./memory"

const RATE: usize = 136

const ROUND_CONSTANTS: usize = memory.data<u64>([
  0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
  0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
  0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
  0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
  0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
])
/** Rho and pi as one walk: the lane that takes the previous one, and its rotation. */
const LANES: usize = memory.data<u8>([
  10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1,
])
const ROTATIONS: usize = memory.data<u8>([
  1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44,
])

function column(x: usize): u64 {
  const at = KECCAK + (x << 3)
  return load<u64>(at) ^ load<u64>(at, 40) ^ load<u64>(at, 80) ^ load<u64>(at, 120) ^ load<u64>(at, 160)
}

function addToColumn(x: usize, value: u64): void {
  for (let at = KECCAK + (x << 3); at < KECCAK + 200; at += 40) store<u64>(at, load<u64>(at) ^ value)
}

function chiRow(at: usize): void {
  const a = load<u64>(at)
  const b = load<u64>(at, 8)
  const c = load<u64>(at, 16)
  const d = load<u64>(at, 24)
  const e = load<u64>(at, 32)
  store<u64>(at, a ^ (~b & c))
  store<u64>(at, b ^ (~c & d), 8)
  store<u64>(at, c ^ (~d & e), 16)
  store<u64>(at, d ^ (~e & a), 24)
  store<u64>(at, e ^ (~a & b), 32)
}

function permute(): void {
  for (let round: usize = 0; round < 24; round++) {
    const a = column(0)
    const b = column(1)
    const c = column(2)
    const d = column(3)
    const e = column(4)
    addToColumn(0, e ^ rotl<u64>(b, 1))
    addToColumn(1, a ^ rotl<u64>(c, 1))
    addToColumn(2, b ^ rotl<u64>(d, 1))
    addToColumn(3, c ^ rotl<u64>(e, 1))
    addToColumn(4, d ^ rotl<u64>(a, 1))
    let moving = load<u64>(KECCAK, 8)
    for (let i: usize = 0; i < 24; i++) {
      const at = KECCAK + ((<usize>load<u8>(LANES + i)) << 3)
      const next = load<u64>(at)
      store<u64>(at, rotl<u64>(moving, load<u8>(ROTATIONS + i)))
      moving = next
    }
    for (let at = KECCAK; at < KECCAK + 200; at += 40) chiRow(at)
    store<u64>(KECCAK, load<u64>(KECCAK) ^ load<u64>(ROUND_CONSTANTS + (round << 3)))
  }
}

/** Bytes absorbed into the current block stand behind the state. */
const FILLED = KECCAK + 200

export function keccakInit(): void {
  memory.fill(KECCAK, 0, 208)
}

export function keccakUpdate(data: usize, length: usize): void {
  let filled = <usize>load<u32>(FILLED)
  for (let i: usize = 0; i < length; ) {
    if ((filled & 7) === 0 && length - i >= 8 && ((data + i) & 7) === 0) {
      store<u64>(KECCAK + filled, load<u64>(KECCAK + filled) ^ load<u64>(data + i))
      filled += 8
      i += 8
    } else {
      store<u8>(KECCAK + filled, load<u8>(KECCAK + filled) ^ load<u8>(data + i))
      filled++
      i++
    }
    if (filled === RATE) {
      permute()
      filled = 0
    }
  }
  store<u32>(FILLED, <u32>filled)
}

export function keccakFinal(): void {
  const at = KECCAK + load<u32>(FILLED)
  store<u8>(at, load<u8>(at) ^ 0x01)
  store<u8>(KECCAK, load<u8>(KECCAK, RATE - 1) ^ 0x80, RATE - 1)
  permute()
  memory.copy(OUTPUT, KECCAK, 32)
  memory.fill(KECCAK, 0, 208)
}

export function keccak256(length: usize): void {
  keccakInit()
  keccakUpdate(INPUT, length)
  keccakFinal()
}
