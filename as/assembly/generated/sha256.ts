// Written by scripts/sha256.js: the rounds of SHA-256.
import { SHA, SHA_SCHEDULE } from "../memory"

const K: usize = memory.data<u32>([
  0x428a2f98,
  0x71374491,
  0xb5c0fbcf,
  0xe9b5dba5,
  0x3956c25b,
  0x59f111f1,
  0x923f82a4,
  0xab1c5ed5,
  0xd807aa98,
  0x12835b01,
  0x243185be,
  0x550c7dc3,
  0x72be5d74,
  0x80deb1fe,
  0x9bdc06a7,
  0xc19bf174,
  0xe49b69c1,
  0xefbe4786,
  0xfc19dc6,
  0x240ca1cc,
  0x2de92c6f,
  0x4a7484aa,
  0x5cb0a9dc,
  0x76f988da,
  0x983e5152,
  0xa831c66d,
  0xb00327c8,
  0xbf597fc7,
  0xc6e00bf3,
  0xd5a79147,
  0x6ca6351,
  0x14292967,
  0x27b70a85,
  0x2e1b2138,
  0x4d2c6dfc,
  0x53380d13,
  0x650a7354,
  0x766a0abb,
  0x81c2c92e,
  0x92722c85,
  0xa2bfe8a1,
  0xa81a664b,
  0xc24b8b70,
  0xc76c51a3,
  0xd192e819,
  0xd6990624,
  0xf40e3585,
  0x106aa070,
  0x19a4c116,
  0x1e376c08,
  0x2748774c,
  0x34b0bcb5,
  0x391c0cb3,
  0x4ed8aa4a,
  0x5b9cca4f,
  0x682e6ff3,
  0x748f82ee,
  0x78a5636f,
  0x84c87814,
  0x8cc70208,
  0x90befffa,
  0xa4506ceb,
  0xbef9a3f7,
  0xc67178f2,
])

/** All rounds over the sixteen words at SHA_SCHEDULE, added to the chaining value at SHA. */
export function shaRounds(): void {
  let a = load<u32>(SHA, 0)
  let b = load<u32>(SHA, 4)
  let c = load<u32>(SHA, 8)
  let d = load<u32>(SHA, 12)
  let e = load<u32>(SHA, 16)
  let f = load<u32>(SHA, 20)
  let g = load<u32>(SHA, 24)
  let h = load<u32>(SHA, 28)
  let last = b ^ c
  for (let i: usize = 0; i < 192; i += 32) {
    h += load<u32>(K + i, 0) + load<u32>(SHA_SCHEDULE + i, 0)
    h += (g ^ (e & (f ^ g)))
    h += rotr<u32>(e ^ rotr<u32>(e ^ rotr<u32>(e, 14), 5), 6)
    d += h
    const m0 = a ^ b
    h += rotr<u32>(a ^ rotr<u32>(a ^ rotr<u32>(a, 9), 11), 2) + (b ^ (m0 & last))
    const x0 = load<u32>(SHA_SCHEDULE + i, 4)
    const y0 = load<u32>(SHA_SCHEDULE + i, 56)
    const w0 = load<u32>(SHA_SCHEDULE + i, 0) + load<u32>(SHA_SCHEDULE + i, 36) + (rotr<u32>(x0, 7) ^ rotr<u32>(x0, 18) ^ (x0 >> 3)) +
      (rotr<u32>(y0, 17) ^ rotr<u32>(y0, 19) ^ (y0 >> 10))
    store<u32>(SHA_SCHEDULE + i, w0, 64)
    g += load<u32>(K + i, 4) + load<u32>(SHA_SCHEDULE + i, 4)
    g += (f ^ (d & (e ^ f)))
    g += rotr<u32>(d ^ rotr<u32>(d ^ rotr<u32>(d, 14), 5), 6)
    c += g
    const m1 = h ^ a
    g += rotr<u32>(h ^ rotr<u32>(h ^ rotr<u32>(h, 9), 11), 2) + (a ^ (m1 & m0))
    const x1 = load<u32>(SHA_SCHEDULE + i, 8)
    const y1 = load<u32>(SHA_SCHEDULE + i, 60)
    const w1 = load<u32>(SHA_SCHEDULE + i, 4) + load<u32>(SHA_SCHEDULE + i, 40) + (rotr<u32>(x1, 7) ^ rotr<u32>(x1, 18) ^ (x1 >> 3)) +
      (rotr<u32>(y1, 17) ^ rotr<u32>(y1, 19) ^ (y1 >> 10))
    store<u32>(SHA_SCHEDULE + i, w1, 68)
    f += load<u32>(K + i, 8) + load<u32>(SHA_SCHEDULE + i, 8)
    f += (e ^ (c & (d ^ e)))
    f += rotr<u32>(c ^ rotr<u32>(c ^ rotr<u32>(c, 14), 5), 6)
    b += f
    const m2 = g ^ h
    f += rotr<u32>(g ^ rotr<u32>(g ^ rotr<u32>(g, 9), 11), 2) + (h ^ (m2 & m1))
    const x2 = load<u32>(SHA_SCHEDULE + i, 12)
    const y2 = w0
    const w2 = load<u32>(SHA_SCHEDULE + i, 8) + load<u32>(SHA_SCHEDULE + i, 44) + (rotr<u32>(x2, 7) ^ rotr<u32>(x2, 18) ^ (x2 >> 3)) +
      (rotr<u32>(y2, 17) ^ rotr<u32>(y2, 19) ^ (y2 >> 10))
    store<u32>(SHA_SCHEDULE + i, w2, 72)
    e += load<u32>(K + i, 12) + load<u32>(SHA_SCHEDULE + i, 12)
    e += (d ^ (b & (c ^ d)))
    e += rotr<u32>(b ^ rotr<u32>(b ^ rotr<u32>(b, 14), 5), 6)
    a += e
    const m3 = f ^ g
    e += rotr<u32>(f ^ rotr<u32>(f ^ rotr<u32>(f, 9), 11), 2) + (g ^ (m3 & m2))
    const x3 = load<u32>(SHA_SCHEDULE + i, 16)
    const y3 = w1
    const w3 = load<u32>(SHA_SCHEDULE + i, 12) + load<u32>(SHA_SCHEDULE + i, 48) + (rotr<u32>(x3, 7) ^ rotr<u32>(x3, 18) ^ (x3 >> 3)) +
      (rotr<u32>(y3, 17) ^ rotr<u32>(y3, 19) ^ (y3 >> 10))
    store<u32>(SHA_SCHEDULE + i, w3, 76)
    d += load<u32>(K + i, 16) + load<u32>(SHA_SCHEDULE + i, 16)
    d += (c ^ (a & (b ^ c)))
    d += rotr<u32>(a ^ rotr<u32>(a ^ rotr<u32>(a, 14), 5), 6)
    h += d
    const m4 = e ^ f
    d += rotr<u32>(e ^ rotr<u32>(e ^ rotr<u32>(e, 9), 11), 2) + (f ^ (m4 & m3))
    const x4 = load<u32>(SHA_SCHEDULE + i, 20)
    const y4 = w2
    const w4 = load<u32>(SHA_SCHEDULE + i, 16) + load<u32>(SHA_SCHEDULE + i, 52) + (rotr<u32>(x4, 7) ^ rotr<u32>(x4, 18) ^ (x4 >> 3)) +
      (rotr<u32>(y4, 17) ^ rotr<u32>(y4, 19) ^ (y4 >> 10))
    store<u32>(SHA_SCHEDULE + i, w4, 80)
    c += load<u32>(K + i, 20) + load<u32>(SHA_SCHEDULE + i, 20)
    c += (b ^ (h & (a ^ b)))
    c += rotr<u32>(h ^ rotr<u32>(h ^ rotr<u32>(h, 14), 5), 6)
    g += c
    const m5 = d ^ e
    c += rotr<u32>(d ^ rotr<u32>(d ^ rotr<u32>(d, 9), 11), 2) + (e ^ (m5 & m4))
    const x5 = load<u32>(SHA_SCHEDULE + i, 24)
    const y5 = w3
    const w5 = load<u32>(SHA_SCHEDULE + i, 20) + load<u32>(SHA_SCHEDULE + i, 56) + (rotr<u32>(x5, 7) ^ rotr<u32>(x5, 18) ^ (x5 >> 3)) +
      (rotr<u32>(y5, 17) ^ rotr<u32>(y5, 19) ^ (y5 >> 10))
    store<u32>(SHA_SCHEDULE + i, w5, 84)
    b += load<u32>(K + i, 24) + load<u32>(SHA_SCHEDULE + i, 24)
    b += (a ^ (g & (h ^ a)))
    b += rotr<u32>(g ^ rotr<u32>(g ^ rotr<u32>(g, 14), 5), 6)
    f += b
    const m6 = c ^ d
    b += rotr<u32>(c ^ rotr<u32>(c ^ rotr<u32>(c, 9), 11), 2) + (d ^ (m6 & m5))
    const x6 = load<u32>(SHA_SCHEDULE + i, 28)
    const y6 = w4
    const w6 = load<u32>(SHA_SCHEDULE + i, 24) + load<u32>(SHA_SCHEDULE + i, 60) + (rotr<u32>(x6, 7) ^ rotr<u32>(x6, 18) ^ (x6 >> 3)) +
      (rotr<u32>(y6, 17) ^ rotr<u32>(y6, 19) ^ (y6 >> 10))
    store<u32>(SHA_SCHEDULE + i, w6, 88)
    a += load<u32>(K + i, 28) + load<u32>(SHA_SCHEDULE + i, 28)
    a += (h ^ (f & (g ^ h)))
    a += rotr<u32>(f ^ rotr<u32>(f ^ rotr<u32>(f, 14), 5), 6)
    e += a
    const m7 = b ^ c
    a += rotr<u32>(b ^ rotr<u32>(b ^ rotr<u32>(b, 9), 11), 2) + (c ^ (m7 & m6))
    const x7 = load<u32>(SHA_SCHEDULE + i, 32)
    const y7 = w5
    const w7 = load<u32>(SHA_SCHEDULE + i, 28) + w0 + (rotr<u32>(x7, 7) ^ rotr<u32>(x7, 18) ^ (x7 >> 3)) +
      (rotr<u32>(y7, 17) ^ rotr<u32>(y7, 19) ^ (y7 >> 10))
    store<u32>(SHA_SCHEDULE + i, w7, 92)
    last = m7
  }
  for (let i: usize = 192; i < 256; i += 32) {
    h += load<u32>(K + i, 0) + load<u32>(SHA_SCHEDULE + i, 0)
    h += (g ^ (e & (f ^ g)))
    h += rotr<u32>(e ^ rotr<u32>(e ^ rotr<u32>(e, 14), 5), 6)
    d += h
    const m0 = a ^ b
    h += rotr<u32>(a ^ rotr<u32>(a ^ rotr<u32>(a, 9), 11), 2) + (b ^ (m0 & last))
    g += load<u32>(K + i, 4) + load<u32>(SHA_SCHEDULE + i, 4)
    g += (f ^ (d & (e ^ f)))
    g += rotr<u32>(d ^ rotr<u32>(d ^ rotr<u32>(d, 14), 5), 6)
    c += g
    const m1 = h ^ a
    g += rotr<u32>(h ^ rotr<u32>(h ^ rotr<u32>(h, 9), 11), 2) + (a ^ (m1 & m0))
    f += load<u32>(K + i, 8) + load<u32>(SHA_SCHEDULE + i, 8)
    f += (e ^ (c & (d ^ e)))
    f += rotr<u32>(c ^ rotr<u32>(c ^ rotr<u32>(c, 14), 5), 6)
    b += f
    const m2 = g ^ h
    f += rotr<u32>(g ^ rotr<u32>(g ^ rotr<u32>(g, 9), 11), 2) + (h ^ (m2 & m1))
    e += load<u32>(K + i, 12) + load<u32>(SHA_SCHEDULE + i, 12)
    e += (d ^ (b & (c ^ d)))
    e += rotr<u32>(b ^ rotr<u32>(b ^ rotr<u32>(b, 14), 5), 6)
    a += e
    const m3 = f ^ g
    e += rotr<u32>(f ^ rotr<u32>(f ^ rotr<u32>(f, 9), 11), 2) + (g ^ (m3 & m2))
    d += load<u32>(K + i, 16) + load<u32>(SHA_SCHEDULE + i, 16)
    d += (c ^ (a & (b ^ c)))
    d += rotr<u32>(a ^ rotr<u32>(a ^ rotr<u32>(a, 14), 5), 6)
    h += d
    const m4 = e ^ f
    d += rotr<u32>(e ^ rotr<u32>(e ^ rotr<u32>(e, 9), 11), 2) + (f ^ (m4 & m3))
    c += load<u32>(K + i, 20) + load<u32>(SHA_SCHEDULE + i, 20)
    c += (b ^ (h & (a ^ b)))
    c += rotr<u32>(h ^ rotr<u32>(h ^ rotr<u32>(h, 14), 5), 6)
    g += c
    const m5 = d ^ e
    c += rotr<u32>(d ^ rotr<u32>(d ^ rotr<u32>(d, 9), 11), 2) + (e ^ (m5 & m4))
    b += load<u32>(K + i, 24) + load<u32>(SHA_SCHEDULE + i, 24)
    b += (a ^ (g & (h ^ a)))
    b += rotr<u32>(g ^ rotr<u32>(g ^ rotr<u32>(g, 14), 5), 6)
    f += b
    const m6 = c ^ d
    b += rotr<u32>(c ^ rotr<u32>(c ^ rotr<u32>(c, 9), 11), 2) + (d ^ (m6 & m5))
    a += load<u32>(K + i, 28) + load<u32>(SHA_SCHEDULE + i, 28)
    a += (h ^ (f & (g ^ h)))
    a += rotr<u32>(f ^ rotr<u32>(f ^ rotr<u32>(f, 14), 5), 6)
    e += a
    const m7 = b ^ c
    a += rotr<u32>(b ^ rotr<u32>(b ^ rotr<u32>(b, 9), 11), 2) + (c ^ (m7 & m6))
    last = m7
  }
  store<u32>(SHA, load<u32>(SHA, 0) + a, 0)
  store<u32>(SHA, load<u32>(SHA, 4) + b, 4)
  store<u32>(SHA, load<u32>(SHA, 8) + c, 8)
  store<u32>(SHA, load<u32>(SHA, 12) + d, 12)
  store<u32>(SHA, load<u32>(SHA, 16) + e, 16)
  store<u32>(SHA, load<u32>(SHA, 20) + f, 20)
  store<u32>(SHA, load<u32>(SHA, 24) + g, 24)
  store<u32>(SHA, load<u32>(SHA, 28) + h, 28)
}
