namespace Unroll.Forecasting;

/// <summary>
/// The newest training rows of one part, as the network of the tutorial's recipe forecasts them: those of the validation split where there
/// is one that is long enough, otherwise as many as others choose by, which the network learns from.
/// </summary>
/// <param name="task">What is asked.</param>
/// <param name="split">The rows of the part.</param>
/// <param name="training">How the network is trained.</param>
/// <param name="model">Of the part.</param>
internal sealed class WindowRows(ForecastTask task, ForecastSplit split, TrainingOptions training, NetworkModel model) : NetworkRows
{
    private readonly Lock _lock = new();
    private Looked? _looked;

    public override IReadOnlyList<Part> Parts { get; } = [model.Part];

    public override NetworkForecast Of(Model network, Part part)
    {
        lock (_lock)
        {
            Looked rows = _looked ??= Rows();
            int origins = rows.Table.Rows - rows.First - rows.Steps;
            return new NetworkForecast(rows, model.Ahead(rows.Table, rows.First, origins, rows.Steps).Within(rows.Limits));
        }
    }

    private Looked Rows()
    {
        TimeSeries table = split.Table.Head(split.Train.Count);
        int windows = split.TrainWindowCount, learnt = (int)(windows * (1 - training.ValidationSplit)), kept = windows - learnt;
        bool isLearnt = kept < task.Horizon;
        int rows = isLearnt ? Math.Min(windows, task.ValidationRows(split)) : kept;
        if (rows < task.Horizon)
        {
            throw new UnrollException($"The training range {split.TrainRange} has {split.Train.Count} rows: too few for a window of "
                + $"{split.Window} and {task.Horizon} rows ahead. Use a longer training range, a shorter horizon or a shorter window.");
        }

        int first = table.Rows - rows - 1;
        SplitWindows inputs = split.TrainWindows(model.Scaler);
        return new Looked(model.Part, table, first, model.Facts.Limits)
        {
            IsLearnt = isLearnt,
            Steps = task.Horizon,
            InputRowsAhead = 0,
            Linear = null,
            InputNames = [split.Target],
            InputAt = origin =>
            {
                var input = new float[split.Window];
                inputs.CopyInput(first + origin + 1 - split.Window, input);
                return input;
            },
        };
    }
}
