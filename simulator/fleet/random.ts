/**
 * Many random numbers from one seed: a stream for each label (sfc32, PractRand). The numbers of a stream depend on the
 * seed, the label and their order, on nothing else.
 */
import { seededBytes } from "./seed.ts"

export interface Random {
  /** 0 <= x < 1 */
  uniform(): number
  /** mean 0, standard deviation 1 */
  normal(): number
  /** mean 1 */
  exponential(): number
}

export function randomStream(seed: string, ...labels: (string | number)[]): Random {
  const words = new DataView(seededBytes(seed, ...labels).buffer)
  let a = words.getInt32(0)
  let b = words.getInt32(4)
  let c = words.getInt32(8)
  let counter = 1
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }
  const uniform = () => next() / 2 ** 32
  return {
    uniform,
    // Box and Muller; one of the pair is thrown away, so that each call takes the same two numbers.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    exponential: () => -Math.log(1 - uniform()),
  }
}

/**
 * White noise with random access: a normal number for each index, the same whenever it is asked for. `key`: a 32-bit
 * integer, one a source of noise.
 */
export function noiseAt(key: number, index: number): number {
  const first = mix(mix(key ^ 0x9e3779b9) + index)
  const radius = Math.sqrt(-2 * Math.log((first + 1) / 2 ** 32))
  return radius * Math.cos((2 * Math.PI * mix(first ^ 0x85ebca6b)) / 2 ** 32)
}

/** The finaliser of MurmurHash3. */
function mix(value: number): number {
  let h = value | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
