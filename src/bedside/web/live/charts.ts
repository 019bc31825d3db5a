/** The state of a chart as events change it: bedside/charts/live.py `apply` does the same. */
import type { Data } from "./messages";

export interface ChartState {
  entries: Readonly<Record<string, Data>>;
}

/** The snapshot after an event; a new value, the old one stays as it is. */
export function apply(snapshot: ChartState, type: string, data: Data): ChartState {
  const { patient_id: _patient, entry_id: entry, ...told } = data;
  if (typeof entry !== "string") return snapshot;
  const entries: Record<string, Data> = { ...snapshot.entries };
  if (type === "chart.entry_added" || type === "chart.entry_changed") entries[entry] = told;
  else if (type === "chart.entry_removed") delete entries[entry];
  else return snapshot;
  return { ...snapshot, entries };
}
