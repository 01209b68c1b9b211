using System.Text.Json.Serialization;

namespace Unroll;

/// <summary>The learning rate from epoch to epoch.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "schedule")]
[JsonDerivedType(typeof(StepSchedule), "step")]
[JsonDerivedType(typeof(CosineSchedule), "cosine")]
[JsonDerivedType(typeof(PlateauSchedule), "plateau")]
public abstract record Schedule
{
    private protected Schedule()
    {
    }

    /// <summary>A fresh run of the schedule.</summary>
    internal abstract Func<int, double, double> Start(double initialRate, int epochs);
}

/// <summary>The rate times <paramref name="Factor"/> after every <paramref name="Epochs"/> epochs.</summary>
/// <param name="Epochs">Epochs at one rate.</param>
/// <param name="Factor">What the rate is multiplied with.</param>
public sealed record StepSchedule(int Epochs, double Factor = 0.1) : Schedule
{
    internal override Func<int, double, double> Start(double initialRate, int epochs)
    {
        if (Epochs < 1 || Factor is not (> 0 and <= 1))
            throw new UnrollException($"A step schedule has {Epochs} epochs and factor {Factor}; it needs at least 1 epoch and a factor above 0 and at most 1.");
        return (epoch, _) => initialRate * Math.Pow(Factor, (epoch - 1) / Epochs);
    }
}

/// <summary>
/// Half a cosine from the initial rate down to <paramref name="FloorShare"/> of it over all epochs (Loshchilov and Hutter 2017).
/// </summary>
/// <param name="FloorShare">The last rate as a share of the first.</param>
public sealed record CosineSchedule(double FloorShare = 0) : Schedule
{
    internal override Func<int, double, double> Start(double initialRate, int epochs)
    {
        if (FloorShare is not (>= 0 and <= 1))
            throw new UnrollException($"A cosine schedule has a floor of {FloorShare} of the first rate; it must be at least 0 and at most 1.");
        return (epoch, _) => initialRate * (FloorShare + (1 - FloorShare) * 0.5 * (1 + Math.Cos(Math.PI * (epoch - 1) / epochs)));
    }
}

/// <summary>
/// The rate times <paramref name="Factor"/> when the watched loss has not fallen by more than <paramref name="MinDelta"/> for
/// <paramref name="Patience"/> epochs (Keras' ReduceLROnPlateau).
/// </summary>
/// <param name="Factor">What the rate is multiplied with.</param>
/// <param name="Patience">Epochs without progress before the rate falls.</param>
/// <param name="MinDelta">The least fall that counts as progress.</param>
/// <param name="Floor">The lowest rate.</param>
public sealed record PlateauSchedule(double Factor = 0.1, int Patience = 10, double MinDelta = 1e-4, double Floor = 0) : Schedule
{
    internal override Func<int, double, double> Start(double initialRate, int epochs)
    {
        if (Factor is not (> 0 and < 1) || Patience < 1 || !(MinDelta >= 0) || !(Floor >= 0))
            throw new UnrollException($"A plateau schedule has factor {Factor}, patience {Patience}, least fall {MinDelta} and floor {Floor}; the factor must be above 0 and below 1, the patience at least 1, the others at least 0.");
        double best = double.PositiveInfinity, rate = initialRate;
        int waited = 0;
        return (epoch, watchedLoss) =>
        {
            if (epoch == 1)
                return rate;
            if (watchedLoss < best - MinDelta)
            {
                (best, waited) = (watchedLoss, 0);
            }
            else if (++waited >= Patience)
            {
                (rate, waited) = (Math.Max(rate * Factor, Floor), 0);
            }

            return rate;
        };
    }
}
