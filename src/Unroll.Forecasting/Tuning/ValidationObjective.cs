using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Unroll.Forecasting;

/// <summary>
/// The RMSE on the newest part of the training rows of a network trained on those before it: what comes later judges what was
/// learnt earlier, as in use. Rows after the training range are cut off before anything is computed, so that a search cannot see
/// the test. The same rows judge every window length.
/// </summary>
public sealed class ValidationObjective : ITrialObjective
{
    /// <summary>A window reaches over at most this share of the rows to learn from, so that at least as many windows are left.</summary>
    private const int MostWindowShare = 2;

    private readonly TimeSeries _rows;
    private readonly NetworkRecipe _recipe;

    /// <param name="series">The table; the target must have no missing value in the training range.</param>
    /// <param name="target">The column to predict.</param>
    /// <param name="train">The training range of the forecast that is tuned; it is cut at the beginning of a day.</param>
    /// <param name="recipe">What the search does not choose: batch, optimiser, scaler, seed.</param>
    /// <param name="validationShare">The share of the training rows, the newest, that judges; above 0 and below 1.</param>
    /// <exception cref="UnrollException">No such column, too few rows, a missing value, or values that never change.</exception>
    public ValidationObjective(TimeSeries series, string target, DateRange train, NetworkRecipe recipe, double validationShare = 0.2)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(recipe);
        if (validationShare is not (> 0 and < 1))
            throw new UnrollException(string.Create(CultureInfo.InvariantCulture, $"The validation share is {validationShare}; it must be above 0 and below 1."));
        Target = series[target].Name;
        _recipe = recipe with { Threads = 1 };
        _rows = series.Select(Target).Slice(train);
        int rows = _rows.Rows, wanted = Math.Max(1, (int)Math.Round(validationShare * rows));
        if (rows < 2)
            throw new UnrollException($"{series.Name} has {rows} rows in the training range {train}, too few to learn from some and judge on others. Choose a longer --train range.");
        DateTime cut = _rows.Dates[rows - wanted].Date;
        if (cut <= _rows.FirstDate.Date)
            throw new UnrollException($"{series.Name} has all {rows} rows of the training range {train} on {cut:yyyy-MM-dd}, and a range is cut between days. Choose a --train range of several days.");
        TrainRange = new DateRange(_rows.FirstDate, cut.AddDays(-1));
        ValidationRange = new DateRange(cut, _rows.LastDate);

        ForecastSplit split = Split(1);
        (TrainRows, ValidationRows) = (split.Train.Count, split.Test.Count);
        var naive = new NaiveForecaster();
        naive.Fit(split);
        NaiveRmse = Metrics.Rmse(split.Test, naive.Predict(split));
        if (NaiveRmse == 0)
            throw new UnrollException($"{Target} never changes in {ValidationRange}, the newest training rows, so the naive forecast is always right and no trial can be better. Choose another --train range.");
    }

    /// <summary>The column's name as the file spells it.</summary>
    public string Target { get; }

    /// <summary>What trials learn from.</summary>
    public DateRange TrainRange { get; }

    /// <summary>What trials are judged on, after <see cref="TrainRange"/>.</summary>
    public DateRange ValidationRange { get; }

    public int TrainRows { get; }

    public int ValidationRows { get; }

    public double NaiveRmse { get; }

    /// <summary>The longest window that trials may have.</summary>
    public int MostWindow => TrainRows / MostWindowShare;

    /// <inheritdoc/>
    /// <remarks>The instruction set is part of it: another one rounds differently, so that half a search on each would be neither.</remarks>
    public IReadOnlyList<KeyValuePair<string, string>> Setup =>
    [
        new("target", Target),
        new("train", $"{TrainRange}"),
        new("validation", $"{ValidationRange}"),
        new("data", Hash(_rows)),
        new("recipe", (_recipe with { Training = _recipe.Training with { Seed = 0 } }).ToString()),
        new("training seed", $"{_recipe.Training.Seed}"),
        new("instruction set", new Model(new Dense(1)).Build(new Shape(1, 1), 0).InstructionSet),
    ];

    /// <inheritdoc/>
    public SearchSpace Restrict(SearchSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        if (space.Window.Least > MostWindow)
            throw new UnrollException($"A trial learns from {TrainRows} rows, {TrainRange}, which allow a window of {MostWindow}, but the search's shortest is {space.Window.Least}. Choose a longer --train range.");
        return space with { Window = space.Window with { Most = Math.Min(space.Window.Most, MostWindow) } };
    }

    /// <inheritdoc/>
    public TrialOutcome Evaluate(TrialRun run, Action<int> epochEnded, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        ForecastSplit split = Split(run.Settings.Window);
        var network = new NetworkForecaster(run.Settings.ToRecipe(_recipe, run.Epochs))
        {
            OnEvent = moment =>
            {
                if (moment.Kind == TrainingEventKind.EpochEnded)
                    epochEnded(moment.Epoch);
            },
        };
        double rmse = double.PositiveInfinity;
        try
        {
            network.Fit(split, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            double[] predicted = network.Predict(split);
            if (Array.TrueForAll(predicted, double.IsFinite))
                rmse = Metrics.Rmse(split.Test, predicted);
        }
        catch (TrainingDivergedException)
        {
            // The worst there is.
        }

        return new TrialOutcome(rmse, network.Model.ParameterCount);
    }

    private ForecastSplit Split(int window) => new(_rows, Target, TrainRange, ValidationRange, window);

    private static string Hash(TimeSeries rows)
    {
        ReadOnlySpan<double> values = rows[rows.ColumnNames[0]].Values;
        byte[] bytes = new byte[2 * sizeof(long) * rows.Rows];
        for (int row = 0; row < rows.Rows; row++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(2 * sizeof(long) * row), rows.Dates[row].Ticks);
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan((2 * sizeof(long) * row) + sizeof(long)), values[row]);
        }

        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }
}
