/** The limit of the process on open files; Node raises it to what the system allows at its start. */
export function openFilesLimit(): number {
  // Looking up the names of connected hosts would take seconds; the types do not know the switch yet.
  Object.assign(process.report, { excludeNetwork: true })
  const report = process.report.getReport() as { userLimits?: { open_files?: { soft: number | 'unlimited' } } }
  const soft = report.userLimits?.open_files?.soft
  return typeof soft === 'number' ? soft : 65_536
}
