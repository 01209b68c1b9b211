namespace Unroll.Forecasting;

/// <summary>A forecaster that trains networks: what a tool or a report wants to know of one beyond its predictions.</summary>
public interface INetworkForecaster : IHorizonForecaster
{
    /// <summary>How its networks are made.</summary>
    NetworkRecipe Recipe { get; }

    /// <summary>Told of every step and epoch of training, on the thread that trains.</summary>
    Action<TrainingEvent>? OnEvent { get; set; }

    /// <summary>What happened in training, of several networks the first's; null before it and in a loaded forecaster.</summary>
    History? History { get; }

    /// <summary>How long training took, all networks together.</summary>
    TimeSpan TrainingTime { get; }

    /// <summary>How many networks it averages.</summary>
    int Members { get; }

    /// <summary>The network, of several alike the first.</summary>
    /// <exception cref="InvalidOperationException">It is not made yet.</exception>
    Model Model { get; }

    /// <summary>The column it predicts.</summary>
    string Target { get; }

    /// <summary>H, how many rows ahead it can predict at once; further ones come from its own predictions, where it does that at all.</summary>
    int Steps { get; }

    /// <summary>The columns that it looks at beside the target, and whether at the calendar.</summary>
    ForecastInputs Inputs { get; }

    /// <summary>T, the rows before the predicted one that it looks at.</summary>
    int Window { get; }

    /// <summary>The first and the last day of the training rows.</summary>
    (DateTime First, DateTime Last) TrainedOn { get; }

    /// <summary>Makes the network for a split without training it, so that it can be looked at.</summary>
    Model Build(ForecastSplit split);

    /// <summary>Writes all that predicting needs to one file.</summary>
    /// <exception cref="UnrollException">The file cannot be written.</exception>
    void Save(string path);
}
