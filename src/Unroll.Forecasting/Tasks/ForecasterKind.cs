namespace Unroll.Forecasting;

/// <summary>What a forecaster is made of: the order in which tables list them.</summary>
public enum ForecasterKind
{
    /// <summary>A weighted mean of other forecasters.</summary>
    Blend,

    /// <summary>Recurrent networks, alone or on what ridge regression leaves.</summary>
    Network,

    /// <summary>Ridge regression on the inputs that the networks see.</summary>
    Ridge,

    /// <summary>A simple rule.</summary>
    Baseline,
}
