/** The report page's frame: its style is all that it needs. */
import { escaped } from "./svg.ts"

const light = ["#4269d0", "#a9b2bd", "#e08e2b", "#3a9a5b", "#c2417c", "#d9b300", "#6f9fd8", "#8a63c4"]
const dark = ["#7f9ff5", "#8b95a1", "#f0a850", "#63c285", "#ea7fb0", "#e8cc4d", "#9fc5f0", "#b394e6"]
const colours = (list: string[]) => list.map((colour, i) => `--c${i}:${colour}`).join(";")
const classes = light.map((_, i) => `.c${i}{--c:var(--c${i})}`).join("")

const css = `
:root{color-scheme:light dark;--ink:#1c2127;--soft:#5b6570;--paper:#fff;--raised:#f4f6f8;--rule:#dde2e7;${colours(light)}}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ed;--soft:#9aa4af;--paper:#14181c;--raised:#1e242a;--rule:#323a42;${colours(dark)}}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1080px;padding:28px 20px 60px;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
h1{font-size:26px;margin:0 0 4px}
h2{font-size:17px;margin:36px 0 10px}
.sub,small,.tiles,summary{color:var(--soft)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(210px,1fr));gap:10px;margin-top:20px;font-size:13px}
.tiles div{background:var(--raised);border-radius:8px;padding:12px 14px}
.tiles b{display:block;color:var(--ink);font-size:22px;font-weight:600}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:13.5px;font-variant-numeric:tabular-nums}
th,td{text-align:right;padding:6px 10px;border-bottom:1px solid var(--rule);vertical-align:top;white-space:nowrap}
th{color:var(--soft);font-weight:500}
th:first-child,td:first-child{text-align:left;padding-left:0;white-space:normal}
svg{display:block;width:100%;max-width:860px;height:auto}
.grid{stroke:var(--rule)}
.tick{fill:var(--soft);font-size:12px}
.line{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round}
.bar{fill:var(--c)}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;margin:6px 0 0;padding:0;font-size:13px;color:var(--soft)}
.key{display:inline-block;width:12px;height:12px;border-radius:3px;margin-right:6px;vertical-align:-1px;background:var(--c)}
${classes}`

export function page(title: string, body: string): string {
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>`
  return `<!doctype html><html lang="en"><head>${head}<style>${css}</style></head><body>${body}</body></html>\n`
}
