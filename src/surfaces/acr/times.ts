/** .NET's round-trip form: seven digits of a second. */
export const formatTime = (milliseconds: number): string => new Date(milliseconds).toISOString().replace('Z', '0000Z')
