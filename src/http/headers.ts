export type Headers = readonly (readonly [name: string, value: string | number])[]
