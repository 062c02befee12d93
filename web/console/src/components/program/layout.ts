/**
 * Lays the stages of a record type out as a diagram: columns by the longest way from an
 * intake along forward moves, rows by order in the file. Pure geometry, drawn by
 * StageDiagram.vue.
 */
import type { RecordTypeView } from '@linqiao/shared/api/types'
import { isIntake } from './shape'

export interface Node { key: string; label: string; phase: string; x: number; y: number; intake: string[] }
export interface Edge { key: string; label: string; from: Node; to: Node; path: string; automatic: boolean; back: boolean; labelX: number; labelY: number }
export interface Diagram { nodes: Node[]; edges: Edge[]; width: number; height: number }

export const NODE = { width: 124, height: 54 }
const GAP = { x: 54, y: 34 }
const MARGIN = { x: 16, top: 40, bottom: 24 }

/** Columns: stages are taken in file order, so that a loop back never pushes its start to the right. */
function columnsOf(type: RecordTypeView): Map<string, number> {
  const order = new Map(type.stages.map((s, i) => [s.key, i]))
  const moved = type.moves.some(m => m.to && m.from?.some(f => f !== m.to))
  // Nothing leads from one to another: side by side, as they are listed.
  if (!moved) return order
  const columns = new Map(type.stages.map(s => [s.key, 0]))
  for (const stage of type.stages) {
    for (const move of type.moves) {
      const to = move.to
      if (!to || !order.has(to)) continue
      for (const from of move.from ?? []) {
        if (to !== stage.key || (order.get(from) ?? Infinity) >= order.get(to)!) continue
        columns.set(to, Math.max(columns.get(to)!, columns.get(from)! + 1))
      }
    }
  }
  return columns
}

export function layOut(type: RecordTypeView): Diagram {
  const columns = columnsOf(type)
  const rows = new Map<number, number>()
  const nodes = type.stages.map((stage): Node => {
    const column = columns.get(stage.key) ?? 0
    const row = rows.get(column) ?? 0
    rows.set(column, row + 1)
    return {
      key: stage.key, label: stage.label, phase: stage.phase,
      x: MARGIN.x + column * (NODE.width + GAP.x), y: MARGIN.top + row * (NODE.height + GAP.y),
      intake: type.moves.filter(m => isIntake(m) && m.to === stage.key).map(m => m.label),
    }
  })
  const at = new Map(nodes.map(n => [n.key, n]))
  const bottom = Math.max(0, ...nodes.map(n => n.y + NODE.height))
  let backs = 0
  const edges: Edge[] = []
  for (const [from, to, labels, automatic] of arrows(type)) {
    const a = at.get(from), b = at.get(to)
    if (!a || !b || a === b) continue
    const back = b.x <= a.x
    const lane = back ? bottom + 18 + backs++ * 14 : 0
    edges.push(edge(a, b, labels, automatic, back, lane))
  }
  return {
    nodes, edges,
    width: Math.max(0, ...nodes.map(n => n.x + NODE.width)) + MARGIN.x,
    height: bottom + MARGIN.bottom + backs * 14,
  }
}

/** One arrow for each pair of stages, with the names of all moves that go that way. */
function arrows(type: RecordTypeView): [string, string, string, boolean][] {
  const found = new Map<string, { from: string; to: string; labels: string[]; automatic: boolean }>()
  for (const move of type.moves) {
    for (const from of move.to ? move.from ?? [] : []) {
      const key = `${from}>${move.to}`
      const entry = found.get(key) ?? { from, to: move.to!, labels: [], automatic: true }
      entry.labels.push(move.label)
      entry.automatic &&= !(move.by?.length)
      found.set(key, entry)
    }
  }
  return [...found.values()].map(e => [e.from, e.to, [...new Set(e.labels)].join(' / '), e.automatic])
}

function edge(a: Node, b: Node, label: string, automatic: boolean, back: boolean, lane: number): Edge {
  const base = { key: `${a.key}>${b.key}`, label, from: a, to: b, automatic, back }
  const mid = NODE.height / 2
  if (back && a.x === b.x) {
    // Same column: a bow on the left side.
    const x = a.x, y1 = a.y + mid, y2 = b.y + mid
    return { ...base, path: `M ${x} ${y1} C ${x - 34} ${y1}, ${x - 34} ${y2}, ${x - 2} ${y2}`, labelX: x - 20, labelY: (y1 + y2) / 2 }
  }
  if (back) {
    const x1 = a.x + NODE.width / 2, x2 = b.x + NODE.width / 2
    return { ...base, path: `M ${x1} ${a.y + NODE.height} C ${x1} ${lane}, ${x1} ${lane}, ${x1 - 20} ${lane} L ${x2 + 20} ${lane} C ${x2} ${lane}, ${x2} ${lane}, ${x2} ${b.y + NODE.height + 2}`, labelX: (x1 + x2) / 2, labelY: lane - 3 }
  }
  const x1 = a.x + NODE.width, y1 = a.y + mid, x2 = b.x - 2, y2 = b.y + mid
  const bend = Math.max(28, (x2 - x1) / 2)
  return { ...base, path: `M ${x1} ${y1} C ${x1 + bend} ${y1}, ${x2 - bend} ${y2}, ${x2} ${y2}`, labelX: (x1 + x2) / 2, labelY: (y1 + y2) / 2 - 4 }
}
