using Unroll.Forecasting;

namespace Unroll.Extensions;

/// <summary>How a file is served.</summary>
public abstract class ServedFileOptions
{
    /// <summary>The file. A relative path is looked for from the working directory of the process.</summary>
    public string Path { get; set; } = "";

    /// <summary>Threads of each model, at least 1. Null: one for each processor. Many small requests at once lose nothing with 1.</summary>
    public int? Threads { get; set; }

    /// <summary>
    /// True: the file is loaded when the host starts, which fails where the file does. False: when it is first asked for, as also
    /// without a host.
    /// </summary>
    public bool LoadAtStart { get; set; } = true;

    /// <summary>
    /// How often the file is looked at, two seconds by default. One that has changed is loaded when it was the same at two looks in a row.
    /// <see cref="Timeout.InfiniteTimeSpan"/>: never.
    /// </summary>
    public TimeSpan ReloadInterval { get; set; } = TimeSpan.FromSeconds(2);

    internal void Validate()
    {
        if (string.IsNullOrWhiteSpace(Path))
            throw new UnrollException("There is no path of a file to serve. Give one, for example AddUnrollModel(\"prices.unroll\").");
        if (Threads < 1)
            throw new UnrollException(
                $"Threads is at least 1, but {Threads} was given. Use 1 to have no other thread than the calling one.");
        if (ReloadInterval <= TimeSpan.Zero && ReloadInterval != Timeout.InfiniteTimeSpan)
            throw new UnrollException(
                $"The reload interval is {ReloadInterval}; it must be above zero, or Timeout.InfiniteTimeSpan for never.");
    }
}

/// <summary>How a model is served.</summary>
public sealed class UnrollModelOptions : ServedFileOptions
{
    /// <summary>
    /// Called with a model that was loaded before it is put in place. It throws to refuse it, or makes a first prediction to warm it up.
    /// </summary>
    /// <example><code>o.Check = model => model.Predict(new float[model.InputShape.Size]);</code></example>
    public Action<Model>? Check { get; set; }
}

/// <summary>How a forecaster is served.</summary>
public sealed class UnrollForecasterOptions : ServedFileOptions
{
    /// <summary>
    /// Called with a forecaster that was loaded before it is put in place. It throws to refuse it, or makes a first
    /// prediction to warm it up.
    /// </summary>
    public Action<PartsForecaster>? Check { get; set; }
}
