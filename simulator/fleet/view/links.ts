/** The links of a fleet as lines of text: how well each carries what is sent, and what that takes. */
import type { LinkFigures } from "../link-figures.ts"
import { clip, grouped, left, type Paint, percent, right } from "./text.ts"

/** With a space between them they make 77. */
const WIDTHS = { link: 16, up: 7, down: 7, lost: 5, answered: 8, retries: 7, bytes: 10, airtime: 10 }

export function linkLines(links: readonly LinkFigures[], width: number, paint: Paint): string[] {
  const titles = [
    left("link", WIDTHS.link),
    right("up", WIDTHS.up),
    right("down", WIDTHS.down),
    right("lost", WIDTHS.lost),
    right("answered", WIDTHS.answered),
    right("retries", WIDTHS.retries),
    right("B a sample", WIDTHS.bytes),
    right("airtime ms", WIDTHS.airtime),
  ].join(" ")
  return [paint("dim", clip(titles, width)), ...links.map((link) => clip(linkLine(link), width))]
}

function linkLine({ link, devices, frames, bytes, airtimeMs, messages, samples, rssi }: LinkFigures): string {
  const heard = rssi === undefined ? "" : `, ${Math.round(rssi)} dBm`
  return [
    left(`${link}: ${grouped(devices)}${heard}`, WIDTHS.link),
    right(grouped(frames.up), WIDTHS.up),
    right(grouped(frames.down), WIDTHS.down),
    right(percent(frames.lost, frames.up + frames.down), WIDTHS.lost),
    right(percent(messages.answered, messages.sent), WIDTHS.answered),
    right(grouped(messages.retries), WIDTHS.retries),
    right(samples > 0 ? grouped((bytes.up + bytes.down) / samples) : "-", WIDTHS.bytes),
    right(grouped(airtimeMs), WIDTHS.airtime),
  ].join(" ")
}
