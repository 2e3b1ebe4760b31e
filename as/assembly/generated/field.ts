// Written by scripts/field.js. Arithmetic modulo 2^256 - 2^32 - 977 on nine 29-bit limbs; see as/README.md.

export function feMul(r: usize, a: usize, b: usize): void {
  const a0: u64 = load<u32>(a, 0)
  const a1: u64 = load<u32>(a, 4)
  const a2: u64 = load<u32>(a, 8)
  const a3: u64 = load<u32>(a, 12)
  const a4: u64 = load<u32>(a, 16)
  const a5: u64 = load<u32>(a, 20)
  const a6: u64 = load<u32>(a, 24)
  const a7: u64 = load<u32>(a, 28)
  const a8: u64 = load<u32>(a, 32)
  const b0: u64 = load<u32>(b, 0)
  const b1: u64 = load<u32>(b, 4)
  const b2: u64 = load<u32>(b, 8)
  const b3: u64 = load<u32>(b, 12)
  const b4: u64 = load<u32>(b, 16)
  const b5: u64 = load<u32>(b, 20)
  const b6: u64 = load<u32>(b, 24)
  const b7: u64 = load<u32>(b, 28)
  const b8: u64 = load<u32>(b, 32)
  let high: u64 = a0 * b8 + a1 * b7 + a2 * b6 + a3 * b5 + a4 * b4 + a5 * b3 + a6 * b2 + a7 * b1 + a8 * b0
  const t8: u64 = high & 0x1fffffff
  high >>= 29
  let low: u64 = 0
  high += a1 * b8 + a2 * b7 + a3 * b6 + a4 * b5 + a5 * b4 + a6 * b3 + a7 * b2 + a8 * b1
  const u0: u64 = high & 0x1fffffff
  high >>= 29
  low += a0 * b0
  low += u0 * 31264
  const t0: u64 = low & 0x1fffffff
  low >>= 29
  high += a2 * b8 + a3 * b7 + a4 * b6 + a5 * b5 + a6 * b4 + a7 * b3 + a8 * b2
  const u1: u64 = high & 0x1fffffff
  high >>= 29
  low += a0 * b1 + a1 * b0
  low += u1 * 31264 + (u0 << 8)
  const t1: u64 = low & 0x1fffffff
  low >>= 29
  high += a3 * b8 + a4 * b7 + a5 * b6 + a6 * b5 + a7 * b4 + a8 * b3
  const u2: u64 = high & 0x1fffffff
  high >>= 29
  low += a0 * b2 + a1 * b1 + a2 * b0
  low += u2 * 31264 + (u1 << 8)
  const t2: u64 = low & 0x1fffffff
  low >>= 29
  high += a4 * b8 + a5 * b7 + a6 * b6 + a7 * b5 + a8 * b4
  const u3: u64 = high & 0x1fffffff
  high >>= 29
  low += a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0
  low += u3 * 31264 + (u2 << 8)
  store<u32>(r, <u32>(low & 0x1fffffff), 12)
  low >>= 29
  high += a5 * b8 + a6 * b7 + a7 * b6 + a8 * b5
  const u4: u64 = high & 0x1fffffff
  high >>= 29
  low += a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0
  low += u4 * 31264 + (u3 << 8)
  store<u32>(r, <u32>(low & 0x1fffffff), 16)
  low >>= 29
  high += a6 * b8 + a7 * b7 + a8 * b6
  const u5: u64 = high & 0x1fffffff
  high >>= 29
  low += a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 + a5 * b0
  low += u5 * 31264 + (u4 << 8)
  store<u32>(r, <u32>(low & 0x1fffffff), 20)
  low >>= 29
  high += a7 * b8 + a8 * b7
  const u6: u64 = high & 0x1fffffff
  high >>= 29
  low += a0 * b6 + a1 * b5 + a2 * b4 + a3 * b3 + a4 * b2 + a5 * b1 + a6 * b0
  low += u6 * 31264 + (u5 << 8)
  store<u32>(r, <u32>(low & 0x1fffffff), 24)
  low >>= 29
  high += a8 * b8
  const u7: u64 = high & 0x1fffffff
  high >>= 29
  low += a0 * b7 + a1 * b6 + a2 * b5 + a3 * b4 + a4 * b3 + a5 * b2 + a6 * b1 + a7 * b0
  low += u7 * 31264 + (u6 << 8)
  store<u32>(r, <u32>(low & 0x1fffffff), 28)
  low >>= 29
  low += t8 + high * 31264 + (u7 << 8)
  const over: u64 = (low >> 24) + (high << 13)
  store<u32>(r, <u32>(low & 0xffffff), 32)
  low = t0 + over * 977
  store<u32>(r, <u32>(low & 0x1fffffff), 0)
  low >>= 29
  low += t1 + (over << 3)
  store<u32>(r, <u32>(low & 0x1fffffff), 4)
  low >>= 29
  store<u32>(r, <u32>(t2 + low), 8)
}

export function feMulAdd(r: usize, a: usize, b: usize, c: usize, d: usize): void {
  const a0: u64 = load<u32>(a, 0)
  const a1: u64 = load<u32>(a, 4)
  const a2: u64 = load<u32>(a, 8)
  const a3: u64 = load<u32>(a, 12)
  const a4: u64 = load<u32>(a, 16)
  const a5: u64 = load<u32>(a, 20)
  const a6: u64 = load<u32>(a, 24)
  const a7: u64 = load<u32>(a, 28)
  const a8: u64 = load<u32>(a, 32)
  const b0: u64 = load<u32>(b, 0)
  const b1: u64 = load<u32>(b, 4)
  const b2: u64 = load<u32>(b, 8)
  const b3: u64 = load<u32>(b, 12)
  const b4: u64 = load<u32>(b, 16)
  const b5: u64 = load<u32>(b, 20)
  const b6: u64 = load<u32>(b, 24)
  const b7: u64 = load<u32>(b, 28)
  const b8: u64 = load<u32>(b, 32)
  const c0: u64 = load<u32>(c, 0)
  const c1: u64 = load<u32>(c, 4)
  const c2: u64 = load<u32>(c, 8)
  const c3: u64 = load<u32>(c, 12)
  const c4: u64 = load<u32>(c, 16)
  const c5: u64 = load<u32>(c, 20)
  const c6: u64 = load<u32>(c, 24)
  const c7: u64 = load<u32>(c, 28)
  const c8: u64 = load<u32>(c, 32)
  const d0: u64 = load<u32>(d, 0)
  const d1: u64 = load<u32>(d, 4)
  const d2: u64 = load<u32>(d, 8)
  const d3: u64 = load<u32>(d, 12)
  const d4: u64 = load<u32>(d, 16)
  const d5: u64 = load<u32>(d, 20)
  const d6: u64 = load<u32>(d, 24)
  const d7: u64 = load<u32>(d, 28)
  const d8: u64 = load<u32>(d, 32)
  let high: u64 = a0 * b8 + a1 * b7 + a2 * b6 + a3 * b5 + a4 * b4 + a5 * b3 + a6 * b2 + a7 * b1 + a8 * b0 + c0 * d8 + c1 * d7 + c2 * d6 + c3 * d5 + c4 * d4 + c5 * d3 + c6 * d2 + c7 * d1 + c8 * d0
  const t8: u64 = high & 0x1fffffff
  high >>= 29
  let low: u64 = 0
  high += a1 * b8 + a2 * b7 + a3 * b6 + a4 * b5 + a5 * b4 + a6 * b3 + a7 * b2 + a8 * b1 + c1 * d8 + c2 * d7 + c3 * d6 + c4 * d5 + c5 * d4 + c6 * d3 + c7 * d2 + c8 * d1
  const u0: u64 = high & 0x1fffffff
  high >>= 29
  low += a0 * b0 + c0 * d0
  low += u0 * 31264
  const t0: u64 = low & 0x1fffffff
  low >>= 29
  high += a2 * b8 + a3 * b7 + a4 * b6 + a5 * b5 + a6 * b4 + a7 * b3 + a8 * b2 + c2 * d8 + c3 * d7 + c4 * d6 + c5 * d5 + c6 * d4 + c7 * d3 + c8 * d2
  const u1: u64 = high & 0x1fffffff
  high >>= 29
  low += a0 * b1 + a1 * b0 + c0 * d1 + c1 * d0
  low += u1 * 31264 + (u0 << 8)
  const t1: u64 = low & 0x1fffffff
  low >>= 29
  high += a3 * b8 + a4 * b7 + a5 * b6 + a6 * b5 + a7 * b4 + a8 * b3 + c3 * d8 + c4 * d7 + c5 * d6 + c6 * d5 + c7 * d4 + c8 * d3
  const u2: u64 = high & 0x1fffffff
  high >>= 29
  low += a0 * b2 + a1 * b1 + a2 * b0 + c0 * d2 + c1 * d1 + c2 * d0
  low += u2 * 31264 + (u1 << 8)
  const t2: u64 = low & 0x1fffffff
  low >>= 29
  high += a4 * b8 + a5 * b7 + a6 * b6 + a7 * b5 + a8 * b4 + c4 * d8 + c5 * d7 + c6 * d6 + c7 * d5 + c8 * d4
  const u3: u64 = high & 0x1fffffff
  high >>= 29
  low += a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0 + c0 * d3 + c1 * d2 + c2 * d1 + c3 * d0
  low += u3 * 31264 + (u2 << 8)
  store<u32>(r, <u32>(low & 0x1fffffff), 12)
  low >>= 29
  high += a5 * b8 + a6 * b7 + a7 * b6 + a8 * b5 + c5 * d8 + c6 * d7 + c7 * d6 + c8 * d5
  const u4: u64 = high & 0x1fffffff
  high >>= 29
  low += a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0 + c0 * d4 + c1 * d3 + c2 * d2 + c3 * d1 + c4 * d0
  low += u4 * 31264 + (u3 << 8)
  store<u32>(r, <u32>(low & 0x1fffffff), 16)
  low >>= 29
  high += a6 * b8 + a7 * b7 + a8 * b6 + c6 * d8 + c7 * d7 + c8 * d6
  const u5: u64 = high & 0x1fffffff
  high >>= 29
  low += a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 + a5 * b0 + c0 * d5 + c1 * d4 + c2 * d3 + c3 * d2 + c4 * d1 + c5 * d0
  low += u5 * 31264 + (u4 << 8)
  store<u32>(r, <u32>(low & 0x1fffffff), 20)
  low >>= 29
  high += a7 * b8 + a8 * b7 + c7 * d8 + c8 * d7
  const u6: u64 = high & 0x1fffffff
  high >>= 29
  low += a0 * b6 + a1 * b5 + a2 * b4 + a3 * b3 + a4 * b2 + a5 * b1 + a6 * b0 + c0 * d6 + c1 * d5 + c2 * d4 + c3 * d3 + c4 * d2 + c5 * d1 + c6 * d0
  low += u6 * 31264 + (u5 << 8)
  store<u32>(r, <u32>(low & 0x1fffffff), 24)
  low >>= 29
  high += a8 * b8 + c8 * d8
  const u7: u64 = high & 0x1fffffff
  high >>= 29
  low += a0 * b7 + a1 * b6 + a2 * b5 + a3 * b4 + a4 * b3 + a5 * b2 + a6 * b1 + a7 * b0 + c0 * d7 + c1 * d6 + c2 * d5 + c3 * d4 + c4 * d3 + c5 * d2 + c6 * d1 + c7 * d0
  low += u7 * 31264 + (u6 << 8)
  store<u32>(r, <u32>(low & 0x1fffffff), 28)
  low >>= 29
  low += t8 + high * 31264 + (u7 << 8)
  const over: u64 = (low >> 24) + (high << 13)
  store<u32>(r, <u32>(low & 0xffffff), 32)
  low = t0 + over * 977
  store<u32>(r, <u32>(low & 0x1fffffff), 0)
  low >>= 29
  low += t1 + (over << 3)
  store<u32>(r, <u32>(low & 0x1fffffff), 4)
  low >>= 29
  store<u32>(r, <u32>(t2 + low), 8)
}

export function feSqr(r: usize, a: usize): void {
  const a0: u64 = load<u32>(a, 0)
  const a1: u64 = load<u32>(a, 4)
  const a2: u64 = load<u32>(a, 8)
  const a3: u64 = load<u32>(a, 12)
  const a4: u64 = load<u32>(a, 16)
  const a5: u64 = load<u32>(a, 20)
  const a6: u64 = load<u32>(a, 24)
  const a7: u64 = load<u32>(a, 28)
  const a8: u64 = load<u32>(a, 32)
  let high: u64 = ((a0 * a8 + a1 * a7 + a2 * a6 + a3 * a5) << 1) + a4 * a4
  const t8: u64 = high & 0x1fffffff
  high >>= 29
  let low: u64 = 0
  high += ((a1 * a8 + a2 * a7 + a3 * a6 + a4 * a5) << 1)
  const u0: u64 = high & 0x1fffffff
  high >>= 29
  low += a0 * a0
  low += u0 * 31264
  const t0: u64 = low & 0x1fffffff
  low >>= 29
  high += ((a2 * a8 + a3 * a7 + a4 * a6) << 1) + a5 * a5
  const u1: u64 = high & 0x1fffffff
  high >>= 29
  low += ((a0 * a1) << 1)
  low += u1 * 31264 + (u0 << 8)
  const t1: u64 = low & 0x1fffffff
  low >>= 29
  high += ((a3 * a8 + a4 * a7 + a5 * a6) << 1)
  const u2: u64 = high & 0x1fffffff
  high >>= 29
  low += ((a0 * a2) << 1) + a1 * a1
  low += u2 * 31264 + (u1 << 8)
  const t2: u64 = low & 0x1fffffff
  low >>= 29
  high += ((a4 * a8 + a5 * a7) << 1) + a6 * a6
  const u3: u64 = high & 0x1fffffff
  high >>= 29
  low += ((a0 * a3 + a1 * a2) << 1)
  low += u3 * 31264 + (u2 << 8)
  store<u32>(r, <u32>(low & 0x1fffffff), 12)
  low >>= 29
  high += ((a5 * a8 + a6 * a7) << 1)
  const u4: u64 = high & 0x1fffffff
  high >>= 29
  low += ((a0 * a4 + a1 * a3) << 1) + a2 * a2
  low += u4 * 31264 + (u3 << 8)
  store<u32>(r, <u32>(low & 0x1fffffff), 16)
  low >>= 29
  high += ((a6 * a8) << 1) + a7 * a7
  const u5: u64 = high & 0x1fffffff
  high >>= 29
  low += ((a0 * a5 + a1 * a4 + a2 * a3) << 1)
  low += u5 * 31264 + (u4 << 8)
  store<u32>(r, <u32>(low & 0x1fffffff), 20)
  low >>= 29
  high += ((a7 * a8) << 1)
  const u6: u64 = high & 0x1fffffff
  high >>= 29
  low += ((a0 * a6 + a1 * a5 + a2 * a4) << 1) + a3 * a3
  low += u6 * 31264 + (u5 << 8)
  store<u32>(r, <u32>(low & 0x1fffffff), 24)
  low >>= 29
  high += a8 * a8
  const u7: u64 = high & 0x1fffffff
  high >>= 29
  low += ((a0 * a7 + a1 * a6 + a2 * a5 + a3 * a4) << 1)
  low += u7 * 31264 + (u6 << 8)
  store<u32>(r, <u32>(low & 0x1fffffff), 28)
  low >>= 29
  low += t8 + high * 31264 + (u7 << 8)
  const over: u64 = (low >> 24) + (high << 13)
  store<u32>(r, <u32>(low & 0xffffff), 32)
  low = t0 + over * 977
  store<u32>(r, <u32>(low & 0x1fffffff), 0)
  low >>= 29
  low += t1 + (over << 3)
  store<u32>(r, <u32>(low & 0x1fffffff), 4)
  low >>= 29
  store<u32>(r, <u32>(t2 + low), 8)
}

export function feMulSub(r: usize, a: usize, b: usize, c: usize): void {
  const a0: u64 = load<u32>(a, 0)
  const a1: u64 = load<u32>(a, 4)
  const a2: u64 = load<u32>(a, 8)
  const a3: u64 = load<u32>(a, 12)
  const a4: u64 = load<u32>(a, 16)
  const a5: u64 = load<u32>(a, 20)
  const a6: u64 = load<u32>(a, 24)
  const a7: u64 = load<u32>(a, 28)
  const a8: u64 = load<u32>(a, 32)
  const b0: u64 = load<u32>(b, 0)
  const b1: u64 = load<u32>(b, 4)
  const b2: u64 = load<u32>(b, 8)
  const b3: u64 = load<u32>(b, 12)
  const b4: u64 = load<u32>(b, 16)
  const b5: u64 = load<u32>(b, 20)
  const b6: u64 = load<u32>(b, 24)
  const b7: u64 = load<u32>(b, 28)
  const b8: u64 = load<u32>(b, 32)
  const k0: u64 = 1073739870
  const k1: u64 = 1073741806
  const k2: u64 = 1073741822
  const k8: u64 = 33554430
  let high: u64 = a0 * b8 + a1 * b7 + a2 * b6 + a3 * b5 + a4 * b4 + a5 * b3 + a6 * b2 + a7 * b1 + a8 * b0
  const t8: u64 = high & 0x1fffffff
  high >>= 29
  let low: u64 = 0
  high += a1 * b8 + a2 * b7 + a3 * b6 + a4 * b5 + a5 * b4 + a6 * b3 + a7 * b2 + a8 * b1
  const u0: u64 = high & 0x1fffffff
  high >>= 29
  low += a0 * b0
  low += u0 * 31264 + (k0 - load<u32>(c, 0))
  const t0: u64 = low & 0x1fffffff
  low >>= 29
  high += a2 * b8 + a3 * b7 + a4 * b6 + a5 * b5 + a6 * b4 + a7 * b3 + a8 * b2
  const u1: u64 = high & 0x1fffffff
  high >>= 29
  low += a0 * b1 + a1 * b0
  low += u1 * 31264 + (u0 << 8) + (k1 - load<u32>(c, 4))
  const t1: u64 = low & 0x1fffffff
  low >>= 29
  high += a3 * b8 + a4 * b7 + a5 * b6 + a6 * b5 + a7 * b4 + a8 * b3
  const u2: u64 = high & 0x1fffffff
  high >>= 29
  low += a0 * b2 + a1 * b1 + a2 * b0
  low += u2 * 31264 + (u1 << 8) + (k2 - load<u32>(c, 8))
  const t2: u64 = low & 0x1fffffff
  low >>= 29
  high += a4 * b8 + a5 * b7 + a6 * b6 + a7 * b5 + a8 * b4
  const u3: u64 = high & 0x1fffffff
  high >>= 29
  low += a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0
  low += u3 * 31264 + (u2 << 8) + (k2 - load<u32>(c, 12))
  store<u32>(r, <u32>(low & 0x1fffffff), 12)
  low >>= 29
  high += a5 * b8 + a6 * b7 + a7 * b6 + a8 * b5
  const u4: u64 = high & 0x1fffffff
  high >>= 29
  low += a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0
  low += u4 * 31264 + (u3 << 8) + (k2 - load<u32>(c, 16))
  store<u32>(r, <u32>(low & 0x1fffffff), 16)
  low >>= 29
  high += a6 * b8 + a7 * b7 + a8 * b6
  const u5: u64 = high & 0x1fffffff
  high >>= 29
  low += a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 + a5 * b0
  low += u5 * 31264 + (u4 << 8) + (k2 - load<u32>(c, 20))
  store<u32>(r, <u32>(low & 0x1fffffff), 20)
  low >>= 29
  high += a7 * b8 + a8 * b7
  const u6: u64 = high & 0x1fffffff
  high >>= 29
  low += a0 * b6 + a1 * b5 + a2 * b4 + a3 * b3 + a4 * b2 + a5 * b1 + a6 * b0
  low += u6 * 31264 + (u5 << 8) + (k2 - load<u32>(c, 24))
  store<u32>(r, <u32>(low & 0x1fffffff), 24)
  low >>= 29
  high += a8 * b8
  const u7: u64 = high & 0x1fffffff
  high >>= 29
  low += a0 * b7 + a1 * b6 + a2 * b5 + a3 * b4 + a4 * b3 + a5 * b2 + a6 * b1 + a7 * b0
  low += u7 * 31264 + (u6 << 8) + (k2 - load<u32>(c, 28))
  store<u32>(r, <u32>(low & 0x1fffffff), 28)
  low >>= 29
  low += t8 + high * 31264 + (u7 << 8) + (k8 - load<u32>(c, 32))
  const over: u64 = (low >> 24) + (high << 13)
  store<u32>(r, <u32>(low & 0xffffff), 32)
  low = t0 + over * 977
  store<u32>(r, <u32>(low & 0x1fffffff), 0)
  low >>= 29
  low += t1 + (over << 3)
  store<u32>(r, <u32>(low & 0x1fffffff), 4)
  low >>= 29
  store<u32>(r, <u32>(t2 + low), 8)
}

export function feSqrSub(r: usize, a: usize, b: usize, c: usize): void {
  const a0: u64 = load<u32>(a, 0)
  const a1: u64 = load<u32>(a, 4)
  const a2: u64 = load<u32>(a, 8)
  const a3: u64 = load<u32>(a, 12)
  const a4: u64 = load<u32>(a, 16)
  const a5: u64 = load<u32>(a, 20)
  const a6: u64 = load<u32>(a, 24)
  const a7: u64 = load<u32>(a, 28)
  const a8: u64 = load<u32>(a, 32)
  const k0: u64 = 2147479740
  const k1: u64 = 2147483612
  const k2: u64 = 2147483644
  const k8: u64 = 67108860
  let high: u64 = ((a0 * a8 + a1 * a7 + a2 * a6 + a3 * a5) << 1) + a4 * a4
  const t8: u64 = high & 0x1fffffff
  high >>= 29
  let low: u64 = 0
  high += ((a1 * a8 + a2 * a7 + a3 * a6 + a4 * a5) << 1)
  const u0: u64 = high & 0x1fffffff
  high >>= 29
  low += a0 * a0
  low += u0 * 31264 + (k0 - (load<u32>(b, 0) + (load<u32>(c, 0) << 1)))
  const t0: u64 = low & 0x1fffffff
  low >>= 29
  high += ((a2 * a8 + a3 * a7 + a4 * a6) << 1) + a5 * a5
  const u1: u64 = high & 0x1fffffff
  high >>= 29
  low += ((a0 * a1) << 1)
  low += u1 * 31264 + (u0 << 8) + (k1 - (load<u32>(b, 4) + (load<u32>(c, 4) << 1)))
  const t1: u64 = low & 0x1fffffff
  low >>= 29
  high += ((a3 * a8 + a4 * a7 + a5 * a6) << 1)
  const u2: u64 = high & 0x1fffffff
  high >>= 29
  low += ((a0 * a2) << 1) + a1 * a1
  low += u2 * 31264 + (u1 << 8) + (k2 - (load<u32>(b, 8) + (load<u32>(c, 8) << 1)))
  const t2: u64 = low & 0x1fffffff
  low >>= 29
  high += ((a4 * a8 + a5 * a7) << 1) + a6 * a6
  const u3: u64 = high & 0x1fffffff
  high >>= 29
  low += ((a0 * a3 + a1 * a2) << 1)
  low += u3 * 31264 + (u2 << 8) + (k2 - (load<u32>(b, 12) + (load<u32>(c, 12) << 1)))
  store<u32>(r, <u32>(low & 0x1fffffff), 12)
  low >>= 29
  high += ((a5 * a8 + a6 * a7) << 1)
  const u4: u64 = high & 0x1fffffff
  high >>= 29
  low += ((a0 * a4 + a1 * a3) << 1) + a2 * a2
  low += u4 * 31264 + (u3 << 8) + (k2 - (load<u32>(b, 16) + (load<u32>(c, 16) << 1)))
  store<u32>(r, <u32>(low & 0x1fffffff), 16)
  low >>= 29
  high += ((a6 * a8) << 1) + a7 * a7
  const u5: u64 = high & 0x1fffffff
  high >>= 29
  low += ((a0 * a5 + a1 * a4 + a2 * a3) << 1)
  low += u5 * 31264 + (u4 << 8) + (k2 - (load<u32>(b, 20) + (load<u32>(c, 20) << 1)))
  store<u32>(r, <u32>(low & 0x1fffffff), 20)
  low >>= 29
  high += ((a7 * a8) << 1)
  const u6: u64 = high & 0x1fffffff
  high >>= 29
  low += ((a0 * a6 + a1 * a5 + a2 * a4) << 1) + a3 * a3
  low += u6 * 31264 + (u5 << 8) + (k2 - (load<u32>(b, 24) + (load<u32>(c, 24) << 1)))
  store<u32>(r, <u32>(low & 0x1fffffff), 24)
  low >>= 29
  high += a8 * a8
  const u7: u64 = high & 0x1fffffff
  high >>= 29
  low += ((a0 * a7 + a1 * a6 + a2 * a5 + a3 * a4) << 1)
  low += u7 * 31264 + (u6 << 8) + (k2 - (load<u32>(b, 28) + (load<u32>(c, 28) << 1)))
  store<u32>(r, <u32>(low & 0x1fffffff), 28)
  low >>= 29
  low += t8 + high * 31264 + (u7 << 8) + (k8 - (load<u32>(b, 32) + (load<u32>(c, 32) << 1)))
  const over: u64 = (low >> 24) + (high << 13)
  store<u32>(r, <u32>(low & 0xffffff), 32)
  low = t0 + over * 977
  store<u32>(r, <u32>(low & 0x1fffffff), 0)
  low >>= 29
  low += t1 + (over << 3)
  store<u32>(r, <u32>(low & 0x1fffffff), 4)
  low >>= 29
  store<u32>(r, <u32>(t2 + low), 8)
}

export function feAdd(r: usize, a: usize, b: usize): void {
  store<u32>(r, load<u32>(a, 0) + load<u32>(b, 0), 0)
  store<u32>(r, load<u32>(a, 4) + load<u32>(b, 4), 4)
  store<u32>(r, load<u32>(a, 8) + load<u32>(b, 8), 8)
  store<u32>(r, load<u32>(a, 12) + load<u32>(b, 12), 12)
  store<u32>(r, load<u32>(a, 16) + load<u32>(b, 16), 16)
  store<u32>(r, load<u32>(a, 20) + load<u32>(b, 20), 20)
  store<u32>(r, load<u32>(a, 24) + load<u32>(b, 24), 24)
  store<u32>(r, load<u32>(a, 28) + load<u32>(b, 28), 28)
  store<u32>(r, load<u32>(a, 32) + load<u32>(b, 32), 32)
}

export function feSub(r: usize, a: usize, b: usize, k: u32): void {
  const k0: u32 = k * 0x1ffffc2f
  const k1: u32 = k * 0x1ffffff7
  const k2: u32 = k * 0x1fffffff
  const k8: u32 = k * 0xffffff
  store<u32>(r, load<u32>(a, 0) + (k0 - load<u32>(b, 0)), 0)
  store<u32>(r, load<u32>(a, 4) + (k1 - load<u32>(b, 4)), 4)
  store<u32>(r, load<u32>(a, 8) + (k2 - load<u32>(b, 8)), 8)
  store<u32>(r, load<u32>(a, 12) + (k2 - load<u32>(b, 12)), 12)
  store<u32>(r, load<u32>(a, 16) + (k2 - load<u32>(b, 16)), 16)
  store<u32>(r, load<u32>(a, 20) + (k2 - load<u32>(b, 20)), 20)
  store<u32>(r, load<u32>(a, 24) + (k2 - load<u32>(b, 24)), 24)
  store<u32>(r, load<u32>(a, 28) + (k2 - load<u32>(b, 28)), 28)
  store<u32>(r, load<u32>(a, 32) + (k8 - load<u32>(b, 32)), 32)
}

export function feNeg(r: usize, a: usize, k: u32): void {
  const k0: u32 = k * 0x1ffffc2f
  const k1: u32 = k * 0x1ffffff7
  const k2: u32 = k * 0x1fffffff
  const k8: u32 = k * 0xffffff
  store<u32>(r, k0 - load<u32>(a, 0), 0)
  store<u32>(r, k1 - load<u32>(a, 4), 4)
  store<u32>(r, k2 - load<u32>(a, 8), 8)
  store<u32>(r, k2 - load<u32>(a, 12), 12)
  store<u32>(r, k2 - load<u32>(a, 16), 16)
  store<u32>(r, k2 - load<u32>(a, 20), 20)
  store<u32>(r, k2 - load<u32>(a, 24), 24)
  store<u32>(r, k2 - load<u32>(a, 28), 28)
  store<u32>(r, k8 - load<u32>(a, 32), 32)
}

export function feNegIf(r: usize, a: usize, mask: u32): void {
  const a0: u32 = load<u32>(a, 0)
  const a1: u32 = load<u32>(a, 4)
  const a2: u32 = load<u32>(a, 8)
  const a3: u32 = load<u32>(a, 12)
  const a4: u32 = load<u32>(a, 16)
  const a5: u32 = load<u32>(a, 20)
  const a6: u32 = load<u32>(a, 24)
  const a7: u32 = load<u32>(a, 28)
  const a8: u32 = load<u32>(a, 32)
  store<u32>(r, a0 ^ (mask & (a0 ^ (1073739870 - a0))), 0)
  store<u32>(r, a1 ^ (mask & (a1 ^ (1073741806 - a1))), 4)
  store<u32>(r, a2 ^ (mask & (a2 ^ (1073741822 - a2))), 8)
  store<u32>(r, a3 ^ (mask & (a3 ^ (1073741822 - a3))), 12)
  store<u32>(r, a4 ^ (mask & (a4 ^ (1073741822 - a4))), 16)
  store<u32>(r, a5 ^ (mask & (a5 ^ (1073741822 - a5))), 20)
  store<u32>(r, a6 ^ (mask & (a6 ^ (1073741822 - a6))), 24)
  store<u32>(r, a7 ^ (mask & (a7 ^ (1073741822 - a7))), 28)
  store<u32>(r, a8 ^ (mask & (a8 ^ (33554430 - a8))), 32)
}

export function feScale(r: usize, a: usize, k: u32): void {
  const a0: u64 = load<u32>(a, 0) * k
  const a1: u64 = load<u32>(a, 4) * k
  const a2: u64 = load<u32>(a, 8) * k
  const a3: u64 = load<u32>(a, 12) * k
  const a4: u64 = load<u32>(a, 16) * k
  const a5: u64 = load<u32>(a, 20) * k
  const a6: u64 = load<u32>(a, 24) * k
  const a7: u64 = load<u32>(a, 28) * k
  const a8: u64 = load<u32>(a, 32) * k
  const over: u64 = a8 >> 24
  let low: u64 = a0 + over * 977
  store<u32>(r, <u32>(low & 0x1fffffff), 0)
  low >>= 29
  low += a1 + (over << 3)
  store<u32>(r, <u32>(low & 0x1fffffff), 4)
  low >>= 29
  low += a2
  store<u32>(r, <u32>(low & 0x1fffffff), 8)
  low >>= 29
  low += a3
  store<u32>(r, <u32>(low & 0x1fffffff), 12)
  low >>= 29
  low += a4
  store<u32>(r, <u32>(low & 0x1fffffff), 16)
  low >>= 29
  low += a5
  store<u32>(r, <u32>(low & 0x1fffffff), 20)
  low >>= 29
  low += a6
  store<u32>(r, <u32>(low & 0x1fffffff), 24)
  low >>= 29
  low += a7
  store<u32>(r, <u32>(low & 0x1fffffff), 28)
  low >>= 29
  store<u32>(r, <u32>(low + (a8 & 0xffffff)), 32)
}

export function feCarry(r: usize, a: usize): void {
  const a0: u32 = load<u32>(a, 0)
  const a1: u32 = load<u32>(a, 4)
  const a2: u32 = load<u32>(a, 8)
  const a3: u32 = load<u32>(a, 12)
  const a4: u32 = load<u32>(a, 16)
  const a5: u32 = load<u32>(a, 20)
  const a6: u32 = load<u32>(a, 24)
  const a7: u32 = load<u32>(a, 28)
  const a8: u32 = load<u32>(a, 32)
  const over: u32 = a8 >> 24
  let low: u32 = a0 + over * 977
  store<u32>(r, low & 0x1fffffff, 0)
  low >>= 29
  low += a1 + (over << 3)
  store<u32>(r, low & 0x1fffffff, 4)
  low >>= 29
  low += a2
  store<u32>(r, low & 0x1fffffff, 8)
  low >>= 29
  low += a3
  store<u32>(r, low & 0x1fffffff, 12)
  low >>= 29
  low += a4
  store<u32>(r, low & 0x1fffffff, 16)
  low >>= 29
  low += a5
  store<u32>(r, low & 0x1fffffff, 20)
  low >>= 29
  low += a6
  store<u32>(r, low & 0x1fffffff, 24)
  low >>= 29
  low += a7
  store<u32>(r, low & 0x1fffffff, 28)
  low >>= 29
  store<u32>(r, low + (a8 & 0xffffff), 32)
}

export function feThreeHalves(r: usize, a: usize): void {
  const a0: u32 = load<u32>(a, 0)
  const a1: u32 = load<u32>(a, 4)
  const a2: u32 = load<u32>(a, 8)
  const a3: u32 = load<u32>(a, 12)
  const a4: u32 = load<u32>(a, 16)
  const a5: u32 = load<u32>(a, 20)
  const a6: u32 = load<u32>(a, 24)
  const a7: u32 = load<u32>(a, 28)
  const a8: u32 = load<u32>(a, 32)
  const odd: u32 = 0 - (a0 & 1)
  let low: u32 = a0 * 3 + (odd & 0x1ffffc2f)
  const s0: u32 = low & 0x1fffffff
  low = a1 * 3 + (odd & 0x1ffffff7) + (low >> 29)
  const s1: u32 = low & 0x1fffffff
  low = a2 * 3 + (odd & 0x1fffffff) + (low >> 29)
  const s2: u32 = low & 0x1fffffff
  low = a3 * 3 + (odd & 0x1fffffff) + (low >> 29)
  const s3: u32 = low & 0x1fffffff
  low = a4 * 3 + (odd & 0x1fffffff) + (low >> 29)
  const s4: u32 = low & 0x1fffffff
  low = a5 * 3 + (odd & 0x1fffffff) + (low >> 29)
  const s5: u32 = low & 0x1fffffff
  low = a6 * 3 + (odd & 0x1fffffff) + (low >> 29)
  const s6: u32 = low & 0x1fffffff
  low = a7 * 3 + (odd & 0x1fffffff) + (low >> 29)
  const s7: u32 = low & 0x1fffffff
  low = a8 * 3 + (odd & 0xffffff) + (low >> 29)
  store<u32>(r, (s0 >> 1) + ((s1 & 1) << 28), 0)
  store<u32>(r, (s1 >> 1) + ((s2 & 1) << 28), 4)
  store<u32>(r, (s2 >> 1) + ((s3 & 1) << 28), 8)
  store<u32>(r, (s3 >> 1) + ((s4 & 1) << 28), 12)
  store<u32>(r, (s4 >> 1) + ((s5 & 1) << 28), 16)
  store<u32>(r, (s5 >> 1) + ((s6 & 1) << 28), 20)
  store<u32>(r, (s6 >> 1) + ((s7 & 1) << 28), 24)
  store<u32>(r, (s7 >> 1) + ((low & 1) << 28), 28)
  store<u32>(r, low >> 1, 32)
}

export function feSelect(r: usize, a: usize, mask: u32): void {
  store<u32>(r, load<u32>(r, 0) ^ (mask & (load<u32>(r, 0) ^ load<u32>(a, 0))), 0)
  store<u32>(r, load<u32>(r, 4) ^ (mask & (load<u32>(r, 4) ^ load<u32>(a, 4))), 4)
  store<u32>(r, load<u32>(r, 8) ^ (mask & (load<u32>(r, 8) ^ load<u32>(a, 8))), 8)
  store<u32>(r, load<u32>(r, 12) ^ (mask & (load<u32>(r, 12) ^ load<u32>(a, 12))), 12)
  store<u32>(r, load<u32>(r, 16) ^ (mask & (load<u32>(r, 16) ^ load<u32>(a, 16))), 16)
  store<u32>(r, load<u32>(r, 20) ^ (mask & (load<u32>(r, 20) ^ load<u32>(a, 20))), 20)
  store<u32>(r, load<u32>(r, 24) ^ (mask & (load<u32>(r, 24) ^ load<u32>(a, 24))), 24)
  store<u32>(r, load<u32>(r, 28) ^ (mask & (load<u32>(r, 28) ^ load<u32>(a, 28))), 28)
  store<u32>(r, load<u32>(r, 32) ^ (mask & (load<u32>(r, 32) ^ load<u32>(a, 32))), 32)
}

export function feCopy(r: usize, a: usize): void {
  store<u32>(r, load<u32>(a, 0), 0)
  store<u32>(r, load<u32>(a, 4), 4)
  store<u32>(r, load<u32>(a, 8), 8)
  store<u32>(r, load<u32>(a, 12), 12)
  store<u32>(r, load<u32>(a, 16), 16)
  store<u32>(r, load<u32>(a, 20), 20)
  store<u32>(r, load<u32>(a, 24), 24)
  store<u32>(r, load<u32>(a, 28), 28)
  store<u32>(r, load<u32>(a, 32), 32)
}

export function feFromWords(r: usize, a: usize): void {
  const w0: u32 = load<u32>(a, 0)
  const w1: u32 = load<u32>(a, 4)
  const w2: u32 = load<u32>(a, 8)
  const w3: u32 = load<u32>(a, 12)
  const w4: u32 = load<u32>(a, 16)
  const w5: u32 = load<u32>(a, 20)
  const w6: u32 = load<u32>(a, 24)
  const w7: u32 = load<u32>(a, 28)
  store<u32>(r, (w0) & 0x1fffffff, 0)
  store<u32>(r, (w0 >> 29 | w1 << 3) & 0x1fffffff, 4)
  store<u32>(r, (w1 >> 26 | w2 << 6) & 0x1fffffff, 8)
  store<u32>(r, (w2 >> 23 | w3 << 9) & 0x1fffffff, 12)
  store<u32>(r, (w3 >> 20 | w4 << 12) & 0x1fffffff, 16)
  store<u32>(r, (w4 >> 17 | w5 << 15) & 0x1fffffff, 20)
  store<u32>(r, (w5 >> 14 | w6 << 18) & 0x1fffffff, 24)
  store<u32>(r, (w6 >> 11 | w7 << 21) & 0x1fffffff, 28)
  store<u32>(r, w7 >> 8, 32)
}

export function feToWords(r: usize, a: usize): void {
  const a0: u32 = load<u32>(a, 0)
  const a1: u32 = load<u32>(a, 4)
  const a2: u32 = load<u32>(a, 8)
  const a3: u32 = load<u32>(a, 12)
  const a4: u32 = load<u32>(a, 16)
  const a5: u32 = load<u32>(a, 20)
  const a6: u32 = load<u32>(a, 24)
  const a7: u32 = load<u32>(a, 28)
  const a8: u32 = load<u32>(a, 32)
  store<u32>(r, a0 | a1 << 29, 0)
  store<u32>(r, a1 >> 3 | a2 << 26, 4)
  store<u32>(r, a2 >> 6 | a3 << 23, 8)
  store<u32>(r, a3 >> 9 | a4 << 20, 12)
  store<u32>(r, a4 >> 12 | a5 << 17, 16)
  store<u32>(r, a5 >> 15 | a6 << 14, 20)
  store<u32>(r, a6 >> 18 | a7 << 11, 24)
  store<u32>(r, a7 >> 21 | a8 << 8, 28)
}
