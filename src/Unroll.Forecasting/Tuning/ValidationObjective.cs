using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;

namespace Unroll.Forecasting;

/// <summary>
/// The RMSE on the newest part of the training rows of a network, or an ensemble, trained on those before it: what comes later judges
/// what was learnt earlier, as in use. Rows after the training range are cut off before anything is computed, so that a search cannot see
/// the test. The same rows judge every window length.
/// </summary>
public sealed class ValidationObjective : ITrialObjective
{
    /// <summary>A window reaches over at most this share of the rows to learn from, so that at least as many windows are left.</summary>
    private const int MostWindowShare = 2;

    /// <summary>Of an ensemble, which holds rows back to choose by, less.</summary>
    private const int MostWindowShareOfEnsemble = 5;

    private const double ValidationShare = 0.2;

    private readonly TimeSeries _rows;
    private readonly NetworkRecipe _recipe;
    private readonly EnsembleRecipe? _ensemble;
    private readonly ForecastInputs _inputs;

    /// <summary>An ensemble's inputs are found once for each window, on its split.</summary>
    private readonly ConcurrentDictionary<int, ForecastSplit> _splits = [];

    /// <param name="series">The table; the target must have no missing value in the training range.</param>
    /// <param name="target">The column to predict.</param>
    /// <param name="train">The training range of the forecast that is tuned; it is cut at the beginning of a day.</param>
    /// <param name="recipe">What the search does not choose: batch, optimiser, scaler, seed.</param>
    /// <param name="validationShare">The share of the training rows, the newest, that judges; above 0 and below 1.</param>
    /// <exception cref="UnrollException">No such column, too few rows, a missing value, or values that never change.</exception>
    public ValidationObjective(TimeSeries series, string target, DateRange train, NetworkRecipe recipe, double validationShare = ValidationShare)
        : this(series, target, train, recipe, null, null, validationShare)
    {
    }

    private ValidationObjective(TimeSeries series, string target, DateRange train, NetworkRecipe recipe, EnsembleRecipe? ensemble, ForecastInputs? inputs, double validationShare)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(recipe);
        (_ensemble, _inputs) = (ensemble, inputs ?? ForecastInputs.TargetOnly);
        if (validationShare is not (> 0 and < 1))
            throw new UnrollException(string.Create(CultureInfo.InvariantCulture, $"The validation share is {validationShare}; it must be above 0 and below 1."));
        Target = series[target].Name;
        _recipe = recipe with { Threads = 1 };
        _rows = series.Select([Target, .. _inputs.Columns]).Slice(train);
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
        if (ValidationRows < Steps)
            throw new UnrollException($"{ValidationRange}, the newest training rows, has {ValidationRows} rows, too few to judge {Steps} rows ahead. Choose a longer --train range or a shorter --horizon.");
        ensemble?.RequireInputs([split]);
        _ = ensemble?.ValidationRows(Split(Math.Max(1, MostWindow)));
        var naive = new NaiveForecaster();
        naive.Fit(split);
        NaiveRmse = Rmse(naive.PredictAhead(split, Steps));
        if (NaiveRmse == 0)
            throw new UnrollException($"{Target} never changes in {ValidationRange}, the newest training rows, so the naive forecast is always right and no trial can be better. Choose another --train range.");
    }

    /// <summary>
    /// The objective for the default recipe, judged by the newest fifth: a trial is an ensemble, its RMSE that of all rows ahead to the H of
    /// the recipe. What an ensemble holds back of its training rows is held back of those before the validation rows.
    /// </summary>
    /// <param name="series">The table; target and inputs must have no missing value in the training range.</param>
    /// <param name="target">The column to predict.</param>
    /// <param name="train">The training range of the forecast that is tuned; it is cut at the beginning of a day.</param>
    /// <param name="recipe">What the search does not choose: members, horizon, strategy, batch, optimiser, seed.</param>
    /// <param name="inputs">What trials may look at beside the target.</param>
    /// <exception cref="UnrollException">No such column, too few rows, a missing value, or values that never change.</exception>
    public static ValidationObjective OfEnsembles(TimeSeries series, string target, DateRange train, EnsembleRecipe recipe, ForecastInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(inputs);
        return new ValidationObjective(series, target, train, recipe.Network, recipe, inputs, ValidationShare);
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

    /// <summary>H, how many rows ahead trials are judged.</summary>
    public int Steps => _ensemble?.Steps ?? 1;

    /// <summary>The longest window that trials may have.</summary>
    public int MostWindow => TrainRows / (_ensemble is null ? MostWindowShare : MostWindowShareOfEnsemble);

    /// <inheritdoc/>
    /// <remarks>The instruction set is part of it: another one rounds differently, so that half a search on each would be neither.</remarks>
    public IReadOnlyList<KeyValuePair<string, string>> Setup =>
    [
        new("target", Target),
        new("train", $"{TrainRange}"),
        new("validation", $"{ValidationRange}"),
        new("data", Hash(_rows)),
        new("recipe", _ensemble is null ? WithoutSeed.ToString() : (_ensemble with { Network = WithoutSeed }).ToString()),
        .. _ensemble is null ? [] : new KeyValuePair<string, string>[] { new("inputs", $"past {string.Join('|', _inputs.Past)}; known {string.Join('|', _inputs.Known)}; {(_inputs.Calendar ? "" : "no ")}calendar") },
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
        ForecastSplit split = _ensemble is null ? Split(run.Settings.Window) : _splits.GetOrAdd(run.Settings.Window, Split);
        INetworkForecaster network = _ensemble is null
            ? new NetworkForecaster(run.Settings.ToRecipe(_recipe, run.Epochs))
            : new EnsembleForecaster(run.Settings.ToRecipe(_ensemble, run.Epochs));
        // The networks of an ensemble train twice each, one after the other, and may leave epochs out.
        int trainings = _ensemble is null ? 1 : 2 * network.Members, told = 0;
        network.OnEvent = moment =>
        {
            while (moment.Kind == TrainingEventKind.EpochEnded && told < moment.Epoch / trainings)
                epochEnded(++told);
        };
        network.Build(split);
        double rmse = double.PositiveInfinity;
        try
        {
            network.Fit(split, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            HorizonForecast predicted = network.PredictAhead(split, Steps);
            if (Array.TrueForAll(predicted.Predicted(Steps), double.IsFinite) && Rmse(predicted) is var error && double.IsFinite(error))
                rmse = error;
        }
        catch (TrainingDivergedException)
        {
            // The worst there is.
        }

        return new TrialOutcome(rmse, network.Members * network.Model.ParameterCount);
    }

    private NetworkRecipe WithoutSeed => _recipe with { Training = _recipe.Training with { Seed = 0 } };

    private ForecastSplit Split(int window) => new(_rows, Target, TrainRange, ValidationRange, window, _inputs);

    /// <summary>Over all rows ahead; each of them has as many errors.</summary>
    private static double Rmse(HorizonForecast forecast)
    {
        int[] steps = [.. Enumerable.Range(1, forecast.Steps)];
        double[] actual = [.. steps.SelectMany(forecast.Actual)], predicted = [.. steps.SelectMany(forecast.Predicted)];
        return Metrics.Rmse(actual, predicted);
    }

    private static string Hash(TimeSeries rows)
    {
        double[][] columns = [.. rows.ColumnNames.Select(name => rows[name].ToArray())];
        int numbers = 1 + columns.Length;
        byte[] bytes = new byte[sizeof(long) * numbers * rows.Rows];
        for (int row = 0; row < rows.Rows; row++)
        {
            Span<byte> own = bytes.AsSpan(sizeof(long) * numbers * row);
            BinaryPrimitives.WriteInt64LittleEndian(own, rows.Dates[row].Ticks);
            for (int i = 0; i < columns.Length; i++)
                BinaryPrimitives.WriteDoubleLittleEndian(own[(sizeof(long) * (i + 1))..], columns[i][row]);
        }

        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }
}
