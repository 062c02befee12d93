import { ElMessage } from 'element-plus'

/** A word that something was done. Errors never go here: they stay where they can be read. */
export function sayDone(text: string): void {
  ElMessage({ message: text, type: 'success', duration: 3500, showClose: true })
}
