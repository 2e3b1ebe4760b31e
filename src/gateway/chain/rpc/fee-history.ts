import { decodeBody } from "../node/body.ts"
import type { Chain } from "../node/chain.ts"
import { effectiveGasPrice, nextBaseFee } from "../node/fees.ts"
import { decodeHeader, type Header } from "../node/header.ts"
import { findBlock } from "./blocks.ts"
import { invalidParams, serverError } from "./errors.ts"
import { toQuantity } from "./format.ts"
import { list, quantity } from "./params.ts"

/** geth's `maxBlockFetchers`-bound: more blocks than this are not answered for. */
const MAX_BLOCKS = 1024n

/** eth_feeHistory: base fees, fullness and tips of a row of blocks (EIP-1559). */
export function feeHistory(chain: Chain, [count, newest, percentiles]: readonly unknown[]) {
  // Some clients send the count as a number: the specification allows it.
  const asked = typeof count === "number" ? BigInt(Math.trunc(count)) : quantity(count, "blockCount", 64)
  const marks = percentilesOf(percentiles)
  const last = findBlock(chain, newest, "newestBlock")
  if (!last) throw serverError("request beyond head block")
  const length = [asked, MAX_BLOCKS, BigInt(last.number) + 1n].reduce((a, b) => (a < b ? a : b))
  if (length <= 0n) return { oldestBlock: "0x0", gasUsedRatio: [] }
  const oldest = last.number + 1 - Number(length)
  const blocks = Array.from({ length: Number(length) }, (_, index) => chain.store.blockByNumber(oldest + index)!)
  const headers = blocks.map(({ header }) => decodeHeader(header))
  return {
    oldestBlock: toQuantity(oldest),
    ...(marks && { reward: blocks.map((block, index) => rewards(chain, headers[index]!, block.body, marks)) }),
    baseFeePerGas: [...headers.map((header) => header.baseFeePerGas), nextBaseFee(headers.at(-1)!)].map(toQuantity),
    gasUsedRatio: headers.map(({ gasUsed, gasLimit }) => Number(gasUsed) / Number(gasLimit)),
  }
}

function percentilesOf(value: unknown): number[] | undefined {
  if (value === undefined || value === null) return undefined
  const marks = list(value, "rewardPercentiles", 100)
  const rising = marks.every((mark, index) => {
    const before = index === 0 ? 0 : marks[index - 1]
    return typeof mark === "number" && mark >= (before as number) && mark <= 100
  })
  if (!rising) throw invalidParams("rewardPercentiles: rising numbers from 0 to 100 expected")
  return marks.length > 0 ? (marks as number[]) : undefined
}

/** Tips at given shares of the block's gas. */
function rewards(chain: Chain, header: Header, body: Uint8Array, marks: number[]): string[] {
  const used = chain.store.receiptsOfBlock(Number(header.number)).map(({ gasUsed }) => gasUsed)
  const tips = decodeBody(body, chain.common)
    .map((tx, index) => ({
      tip: effectiveGasPrice(tx, header.baseFeePerGas) - header.baseFeePerGas,
      gas: used[index]!,
    }))
    .sort((a, b) => (a.tip < b.tip ? -1 : a.tip > b.tip ? 1 : 0))
  return marks.map((mark) => {
    let left = (Number(header.gasUsed) * mark) / 100
    const found = tips.find(({ gas }) => (left -= gas) <= 0) ?? tips.at(-1)
    return toQuantity(found?.tip ?? 0n)
  })
}
