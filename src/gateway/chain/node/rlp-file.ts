import { closeSync, openSync, readSync } from "node:fs"
import { ChainError } from "../errors.ts"

/** No block of ours comes near. */
const MAX_ITEM = 64 * 2 ** 20

/** The RLP lists that a file is made of, one after the other, as geth exports blocks. */
export function* rlpItems(path: string): Generator<Uint8Array> {
  const file = openSync(path, "r")
  try {
    const read = (length: number, position: number) => {
      const bytes = new Uint8Array(length)
      return bytes.subarray(0, readSync(file, bytes, 0, length, position))
    }
    for (let position = 0; ; ) {
      const head = read(9, position)
      if (head.length === 0) return
      const length = itemLength(head, path, position)
      const item = read(length, position)
      if (item.length < length) throw broken(path, position, "the file ends inside a block")
      yield item
      position += length
    }
  } finally {
    closeSync(file)
  }
}

/** Length of the list that begins with `head`, its own prefix included (Yellow Paper, appendix B). */
function itemLength(head: Uint8Array, path: string, position: number): number {
  const [prefix] = head as unknown as [number]
  if (prefix < 0xc0) throw broken(path, position, "no RLP list (is it compressed?)")
  if (prefix <= 0xf7) return 1 + prefix - 0xc0
  const size = prefix - 0xf7
  const digits = head.subarray(1, 1 + size)
  const length = digits.reduce((value, digit) => value * 256 + digit, 0)
  if (digits.length < size || length > MAX_ITEM) throw broken(path, position, "a list of impossible length")
  return 1 + size + length
}

const broken = (path: string, position: number, what: string) =>
  new ChainError("E_CHAIN_IMPORT", `${path}, byte ${position}: ${what}.`)
