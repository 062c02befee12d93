/** The id of the control of a request path: `fields.amount` → `f-fields-amount`. */
export const fieldId = (path: string): string => `f-${path.replace(/[^\w-]/g, '-')}`
