// Phases are the kernel's closed list; these tables say how each is coloured and
// which count as running. Stage names never stand here.
export type Tone = 'go' | 'wait' | 'good' | 'bad' | 'quiet'

const TONES: Record<string, Tone> = {
  open: 'go', live: 'go', accepted: 'go', in: 'go', present: 'go', planned: 'go',
  waiting: 'wait', proposed: 'wait', asked: 'wait', draft: 'wait', paused: 'wait',
  done: 'good',
  declined: 'bad', expired: 'bad', returned: 'bad', absent: 'bad',
  void: 'quiet', ended: 'quiet', out: 'quiet',
}

export const toneOf = (phase: string): Tone => TONES[phase] ?? 'quiet'

const FINAL = new Set(['done', 'void', 'declined', 'expired', 'returned', 'ended', 'out', 'absent'])
export const isFinal = (phase: string): boolean => FINAL.has(phase)
