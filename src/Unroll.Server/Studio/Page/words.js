// What settings and their values are called where somebody reads them; the keys are those of the studio and of the tool.

const names = {
  data: "Data",
  name: "Name of the run",
  targets: "Target",
  horizon: "Rows ahead",
  "inputs, past": "Inputs",
  "inputs, known": "Known ahead",
  "inputs, calendar": "Calendar",
  "inputs, holidays": "Public holidays",
  recipe: "Recipe",
  models: "Models",
  layers: "Layers",
  units: "Units",
  window: "Window",
  epochs: "Epochs at most",
  learning_rate: "Learning rate",
  batch: "Batch",
  members: "Members",
  head: "Head",
  strategy: "Strategy",
  train: "Training rows",
  test: "Test rows",
  missing: "Missing values of the target",
  seed: "Seed",
};

const values = {
  recipe: { default: "default", tutorial: "the tutorial's" },
  strategy: { direct: "all rows ahead at once", recursive: "row by row, each fed back" },
  head: { none: "values alone", quantile: "quantiles", gaussian: "a normal distribution", "student-t": "a Student t distribution" },
  missing: { error: "refuse", drop: "drop rows", "forward-fill": "take the value before", interpolate: "interpolate" },
};

export const settingName = key => names[key] ?? key.replaceAll("_", " ");

/** A value of a setting; one without words is shown as it is. */
export const valueWords = (setting, value) => values[setting]?.[value] ?? value;
