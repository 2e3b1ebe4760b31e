import { GatewayError } from "../errors.ts"

/** The one of `offered` (the default first) that an Accept header likes best. Throws `E_ACCEPT`. */
export function preferred<T extends string>(accept: string | undefined, offered: readonly [T, ...T[]]): T {
  const ranges = (accept ?? "*/*").slice(0, 500).split(",").map(rangeOf)
  let best: { type: T; quality: number } | undefined
  for (const type of offered) {
    const quality = qualityOf(type, ranges)
    if (quality > (best?.quality ?? 0)) best = { type, quality }
  }
  if (best) return best.type
  throw new GatewayError("E_ACCEPT", `This is given as ${offered.join(", ")}.`)
}

interface Range {
  range: string
  quality: number
}

function rangeOf(text: string): Range {
  const [range = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase())
  const given = parameters.find((parameter) => parameter.startsWith("q="))
  const quality = given === undefined ? 1 : Number(given.slice(2))
  return { range, quality: quality >= 0 && quality <= 1 ? quality : 0 }
}

/** The most specific range decides (RFC 9110 §12.5.1). */
function qualityOf(type: string, ranges: readonly Range[]): number {
  for (const wanted of [type, `${type.split("/")[0]}/*`, "*/*"]) {
    const found = ranges.find(({ range }) => range === wanted)
    if (found) return found.quality
  }
  return 0
}
