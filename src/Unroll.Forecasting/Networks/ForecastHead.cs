namespace Unroll.Forecasting;

/// <summary>What the networks of an <see cref="EnsembleForecaster"/> say of each row ahead, in place of a value alone.</summary>
public enum ForecastHead
{
    /// <summary>A value. Intervals are made from its errors.</summary>
    None,

    /// <summary>The quantiles 2.5, 5, 10, 20, ... 90, 95 and 97.5 %, trained with a <see cref="QuantileLoss"/>.</summary>
    Quantile,

    /// <summary>A mean and a deviation, trained with a <see cref="GaussianLoss"/>.</summary>
    Gaussian,

    /// <summary>A middle, a scale and the weight of the tails, trained with a <see cref="StudentTLoss"/>.</summary>
    StudentT,
}
