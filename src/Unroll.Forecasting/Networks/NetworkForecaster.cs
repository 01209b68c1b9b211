using System.Text.Json;
using System.Text.Json.Serialization;
using Unroll.Formats;

namespace Unroll.Forecasting;

/// <summary>
/// A recurrent network that predicts the next value of one column from the T values before it. The scaler is fitted on
/// training rows only.
/// </summary>
public sealed class NetworkForecaster : INetworkForecaster
{
    private const string MetadataKey = "forecast";
    private Model? _model;
    private Scaler? _scaler;
    private ForecastMetadata? _about;

    public NetworkForecaster(NetworkRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        Recipe = recipe;
        Name = recipe.Name;
    }

    private NetworkForecaster(Model model, ForecastMetadata about)
    {
        (_model, _about, _scaler) = (model, about, Scaler.Restore(about.Scaler));
        Recipe = new NetworkRecipe { Scaler = about.Scaler.Kind };
        Name = about.Model;
    }

    public string Name { get; }

    /// <summary>How the network was asked for; of a loaded network only the scaler is known.</summary>
    public NetworkRecipe Recipe { get; }

    /// <summary>Told of every step and epoch of training, on the thread that trains.</summary>
    public Action<TrainingEvent>? OnEvent { get; set; }

    /// <summary>What happened in training; null before it and in a loaded network.</summary>
    public History? History { get; private set; }

    public TimeSpan TrainingTime => History?.Duration ?? TimeSpan.Zero;

    public int Members => 1;

    public int Steps => 1;

    public ForecastInputs Inputs => ForecastInputs.TargetOnly;

    /// <summary>The column it predicts.</summary>
    public string Target => About.Target;

    /// <summary>T, the values before the predicted one that it looks at.</summary>
    public int Window => About.Window;

    /// <summary>The first and the last day of the training rows.</summary>
    public (DateTime First, DateTime Last) TrainedOn => (About.TrainedFrom, About.TrainedTo);

    /// <summary>The network itself.</summary>
    public Model Model => _model ?? throw new InvalidOperationException($"The {Name} forecaster has no network yet. Call Fit first.");

    private ForecastMetadata About => _about ?? throw new InvalidOperationException($"The {Name} forecaster is not fitted yet. Call Fit first.");

    /// <summary>Makes the network for windows of this length without training it, so that it can be looked at.</summary>
    public Model Build(int window)
    {
        Model model = Recipe.CreateModel().Build(new Shape(window, 1), Recipe.Training.Seed);
        return _model = model;
    }

    /// <inheritdoc/>
    public Model Build(ForecastSplit split)
    {
        ArgumentNullException.ThrowIfNull(split);
        return Build(split.Window);
    }

    /// <inheritdoc/>
    /// <remarks>When cancelled it keeps the best weights so far and says so in <see cref="History"/>; there is no exception.</remarks>
    /// <exception cref="TrainingDivergedException">The loss became infinite; the network has the last good weights and can be saved.</exception>
    public void Fit(ForecastSplit split, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(split);
        Scaler scaler = Scaler.Create(Recipe.Scaler);
        scaler.Fit(split.Train);
        Model model = Build(split.Window);
        _scaler = scaler;
        _about = new ForecastMetadata
        {
            Model = Name,
            Target = split.Target,
            Window = split.Window,
            Scaler = scaler.State,
            TrainedFrom = split.Train.Dates[0],
            TrainedTo = split.Train.Dates[^1],
            Seed = Recipe.Training.Seed,
        };
        try
        {
            History = model.Fit(split.TrainWindows(scaler), Recipe.Training, OnEvent, cancellationToken);
        }
        catch (TrainingDivergedException diverged)
        {
            History = diverged.History;
            throw;
        }
    }

    public double[] Predict(ForecastSplit split) => PredictAhead(split, 1).Predicted(1);

    public double PredictNext(TimeSeries series) => PredictAhead(series, 1)[0];

    /// <inheritdoc/>
    /// <remarks>Further than one row ahead predictions take the place of the values that are not known yet: the recursive forecast.</remarks>
    public double[] PredictAhead(TimeSeries series, int steps)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ForecastMetadata about = About;
        Series values = series[about.Target];
        if (values.Count < about.Window)
            throw new UnrollException($"{series.Name} has {values.Count} rows, but the {Name} looks at the newest {about.Window} to predict the next {about.Target}. Give it at least {about.Window} rows.");
        ReadOnlySpan<double> newest = values.Values[^about.Window..];
        int missing = newest.IndexOf(double.NaN);
        if (missing >= 0)
            throw new UnrollException($"{series.Name} has no {about.Target} on {series.Format(values.Dates[values.Count - about.Window + missing])}, within the newest {about.Window} rows. Choose --missing drop, forward-fill or interpolate, or complete the file.");
        return Recursive(newest, 1, steps)[0];
    }

    /// <inheritdoc cref="PredictAhead(TimeSeries, int)"/>
    public HorizonForecast PredictAhead(ForecastSplit split, int steps)
    {
        ArgumentNullException.ThrowIfNull(split);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        if (split.Window != About.Window)
            throw new UnrollException($"The {Name} was trained on windows of {About.Window} rows, but this split has windows of {split.Window}. Use the same window.");
        split.RequireTestRows(steps);
        return new HorizonForecast(split.Test.Values, Recursive(split.TestWithHistory.Values, split.Test.Count - steps + 1, steps));
    }

    /// <summary>Forecasts [count][steps] from origins that follow one another, the first of them row T − 1 of <paramref name="values"/>.</summary>
    private double[][] Recursive(ReadOnlySpan<double> values, int count, int steps)
    {
        int window = About.Window;
        double[] scaled = _scaler!.Transform(values[..(window + count - 1)]);
        var inputs = new float[count * window];
        for (int i = 0; i < count; i++)
        {
            for (int t = 0; t < window; t++)
                inputs[(i * window) + t] = (float)scaled[i + t];
        }

        double[][] ahead = [.. Enumerable.Range(0, count).Select(_ => new double[steps])];
        for (int h = 0; h < steps; h++)
        {
            float[] next = Model.Predict(inputs);
            for (int i = 0; i < count; i++)
            {
                ahead[i][h] = _scaler.InverseTransform((double)next[i]);
                Span<float> input = inputs.AsSpan(i * window, window);
                input[1..].CopyTo(input);
                input[^1] = next[i];
            }
        }

        return ahead;
    }

    /// <summary>Writes the network with everything that <see cref="Load"/> needs to predict: scaler, window, target, training dates.</summary>
    /// <exception cref="UnrollException">The file cannot be written.</exception>
    public void Save(string path) =>
        Model.Save(path, new Dictionary<string, string> { [MetadataKey] = JsonSerializer.Serialize(About, ForecastJson.Default.ForecastMetadata) });

    /// <summary>Reads a forecaster that <see cref="Save"/> or <see cref="EnsembleForecaster.Save"/> wrote.</summary>
    /// <exception cref="UnrollException">The file is missing, damaged, of a newer version, or holds a model without the data to forecast with.</exception>
    public static INetworkForecaster Load(string path)
    {
        (Model model, IReadOnlyDictionary<string, string> metadata) = ModelFile.Read(path);
        if (metadata.TryGetValue(EnsembleFile.Key, out string? ensemble))
            return new EnsembleForecaster(EnsembleFile.Read(path, model, ensemble));
        if (metadata.ContainsKey(JointFile.Key))
            throw new UnrollException($"{path} holds a forecaster of several targets, which NetworkForecaster.LoadAll and JointForecaster.Load read. Give the file of one target.");
        if (metadata.ContainsKey(PanelFile.Key))
            throw new UnrollException($"{path} holds a forecaster of several series, which PanelForecaster.Load reads. Give the file of one series.");
        if (!metadata.TryGetValue(MetadataKey, out string? json))
            throw new UnrollException($"{path} holds a model, but not the scaler, window and target that a forecast needs. Give a file that unroll forecast or NetworkForecaster.Save wrote.");
        ForecastMetadata? about;
        try
        {
            about = JsonSerializer.Deserialize(json, ForecastJson.Default.ForecastMetadata);
        }
        catch (JsonException failure)
        {
            throw new UnrollException($"{path} holds forecast data that cannot be read: {failure.Message.ReplaceLineEndings(" ")} Train the network again.", failure);
        }

        if (about is null || model.InputShape != new Shape(about.Window, 1) || model.OutputShape != new Shape(1))
            throw new UnrollException($"{path} holds forecast data that do not fit its network. Train the network again.");
        return new NetworkForecaster(model, about);
    }

    /// <summary>The forecasters of a file, one a target: one as <see cref="Load"/> reads it, or those of a <see cref="JointForecaster"/>.</summary>
    /// <exception cref="UnrollException">As <see cref="Load"/>.</exception>
    public static IReadOnlyList<INetworkForecaster> LoadAll(string path)
    {
        (Model model, IReadOnlyDictionary<string, string> metadata) = ModelFile.Read(path);
        return metadata.TryGetValue(JointFile.Key, out string? targets)
            ? [.. JointFile.Read(path, model, targets).Select(state => new EnsembleForecaster(state))]
            : [Load(path)];
    }
}

/// <summary>What a model file carries beside the network.</summary>
internal sealed record ForecastMetadata
{
    /// <summary>The network's name, for example LSTM.</summary>
    public required string Model { get; init; }

    public required string Target { get; init; }

    public required int Window { get; init; }

    public required ScalerState Scaler { get; init; }

    public required DateTime TrainedFrom { get; init; }

    public required DateTime TrainedTo { get; init; }

    public required int Seed { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ForecastMetadata))]
internal sealed partial class ForecastJson : JsonSerializerContext;
