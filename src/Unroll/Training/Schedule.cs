using System.Text.Json.Serialization;

namespace Unroll;

/// <summary>
/// The learning rate from step to step, a function of <see cref="ScheduleMoment"/> and of nothing else: so that training which is resumed
/// has the rates of training which was never interrupted.
/// </summary>
/// <example>
/// <code>
/// Schedule = new WarmupSchedule(500, new CosineSchedule { ByStep = true })
/// Schedule = Schedule.Of(moment => moment.InitialRate / Math.Sqrt(1 + moment.Step))
/// </code>
/// </example>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "schedule")]
[JsonDerivedType(typeof(StepSchedule), "step")]
[JsonDerivedType(typeof(CosineSchedule), "cosine")]
[JsonDerivedType(typeof(PlateauSchedule), "plateau")]
[JsonDerivedType(typeof(ExponentialSchedule), "exponential")]
[JsonDerivedType(typeof(LinearSchedule), "linear")]
[JsonDerivedType(typeof(CosineRestartsSchedule), "cosine-restarts")]
[JsonDerivedType(typeof(OneCycleSchedule), "one-cycle")]
[JsonDerivedType(typeof(WarmupSchedule), "warmup")]
public abstract record Schedule
{
    /// <summary>The rate of one step, at least 0.</summary>
    public abstract double RateAt(in ScheduleMoment moment);

    /// <summary>
    /// True where the rates depend on the number of epochs in all: then a checkpoint cannot be resumed with another number.
    /// </summary>
    [JsonIgnore]
    public virtual bool DependsOnEpochs => false;

    /// <summary>Any function of the moment as a schedule; it is not kept in files.</summary>
    public static Schedule Of(Func<ScheduleMoment, double> rate)
    {
        ArgumentNullException.ThrowIfNull(rate);
        return new FunctionSchedule(rate);
    }

    /// <summary>Throws when a number is outside its range.</summary>
    /// <exception cref="UnrollException">A number is out of range; the message names it.</exception>
    public virtual void Validate()
    {
    }
}

/// <summary>Where training stands, for a <see cref="Schedule"/>.</summary>
public readonly record struct ScheduleMoment
{
    /// <summary>The optimiser's rate.</summary>
    public double InitialRate { get; init; }

    /// <summary>Steps taken before this one; with <see cref="TrainingOptions.Continue"/> those of earlier trainings too.</summary>
    public long Step { get; init; }

    /// <summary>Steps of one epoch.</summary>
    public int StepsPerEpoch { get; init; }

    /// <summary>The epoch of this step, from 1; with <see cref="TrainingOptions.Continue"/> counted from the first training.</summary>
    public int Epoch { get; init; }

    /// <summary>How many epochs there are to be in all.</summary>
    public int Epochs { get; init; }

    /// <summary>The watched loss of each epoch that has ended, in order.</summary>
    public IReadOnlyList<double> Losses { get; init; }

    /// <summary>How many steps there are to be in all.</summary>
    public long Steps { get; init; }

    /// <summary>Epochs that have passed: whole ones, or with <paramref name="byStep"/> also the part of the one in progress.</summary>
    public double EpochsPassed(bool byStep) => byStep ? Step / (double)StepsPerEpoch : Epoch - 1;

    /// <summary>What has passed and what there is in all, in steps or in epochs.</summary>
    internal (double Passed, double All) Way(bool byStep) => byStep ? (Step, Steps) : (Epoch - 1, Epochs);
}

internal sealed record FunctionSchedule(Func<ScheduleMoment, double> Rate) : Schedule
{
    public override double RateAt(in ScheduleMoment moment) => Rate(moment);
}

/// <summary>The rate times <paramref name="Factor"/> after every <paramref name="Epochs"/> epochs.</summary>
/// <param name="Epochs">Epochs at one rate.</param>
/// <param name="Factor">What the rate is multiplied with.</param>
public sealed record StepSchedule(int Epochs, double Factor = 0.1) : Schedule
{
    public override double RateAt(in ScheduleMoment moment) => moment.InitialRate * Math.Pow(Factor, (moment.Epoch - 1) / Epochs);

    public override void Validate()
    {
        if (Epochs < 1 || Factor is not (> 0 and <= 1))
        {
            throw new UnrollException(
                $"A step schedule has {Epochs} epochs and factor {Factor}; it needs at least 1 epoch and a factor above 0 and at most 1.");
        }
    }
}

/// <summary>
/// Half a cosine from the initial rate down to <paramref name="FloorShare"/> of it over all epochs (Loshchilov and Hutter 2017).
/// </summary>
/// <param name="FloorShare">The last rate as a share of the first.</param>
public sealed record CosineSchedule(double FloorShare = 0) : Schedule
{
    /// <summary>True: a new rate for each step; false: for each epoch.</summary>
    public bool ByStep { get; init; }

    public override bool DependsOnEpochs => true;

    public override double RateAt(in ScheduleMoment moment)
    {
        (double passed, double all) = moment.Way(ByStep);
        return moment.InitialRate * Share(passed, all, FloorShare);
    }

    public override void Validate()
    {
        if (FloorShare is not (>= 0 and <= 1))
            throw new UnrollException(
                $"A cosine schedule has a floor of {FloorShare} of the first rate; it must be at least 0 and at most 1.");
    }

    /// <summary>From 1 down to <paramref name="floor"/> while <paramref name="passed"/> goes from 0 to <paramref name="all"/>.</summary>
    internal static double Share(double passed, double all, double floor) =>
        floor + (1 - floor) * 0.5 * (1 + Math.Cos(Math.PI * passed / all));
}

/// <summary>
/// The rate times <paramref name="Factor"/> when the watched loss has not fallen by more than <paramref name="MinDelta"/> for
/// <paramref name="Patience"/> epochs (Keras' ReduceLROnPlateau). It never rises.
/// </summary>
/// <param name="Factor">What the rate is multiplied with.</param>
/// <param name="Patience">Epochs without progress before the rate falls.</param>
/// <param name="MinDelta">The least fall that counts as progress.</param>
/// <param name="Floor">The lowest rate that it falls to. A first rate below stays as it is.</param>
public sealed record PlateauSchedule(double Factor = 0.1, int Patience = 10, double MinDelta = 1e-4, double Floor = 0) : Schedule
{
    /// <summary>Keras' cooldown: with n, n − 1 epochs after a fall are not counted.</summary>
    public int Cooldown { get; init; }

    public override double RateAt(in ScheduleMoment moment)
    {
        double best = double.PositiveInfinity, rate = moment.InitialRate;
        int waited = 0, cooling = 0;
        for (int epoch = 0; epoch < moment.Losses.Count; epoch++)
        {
            double loss = moment.Losses[epoch];
            if (cooling > 0)
                (cooling, waited) = (cooling - 1, 0);
            if (loss < best - MinDelta)
                (best, waited) = (loss, 0);
            else if (cooling == 0 && ++waited >= Patience)
                (rate, waited, cooling) = (Math.Min(rate, Math.Max(rate * Factor, Floor)), 0, Cooldown);
        }

        return rate;
    }

    public override void Validate()
    {
        if (Factor is not (> 0 and < 1) || Patience < 1 || !(MinDelta >= 0) || !(Floor >= 0))
        {
            throw new UnrollException(
                $"A plateau schedule has factor {Factor}, patience {Patience}, least fall {MinDelta} and floor {Floor}; "
                + "the factor must be above 0 and below 1, the patience at least 1, the others at least 0.");
        }

        if (Cooldown < 0)
            throw new UnrollException($"A plateau schedule has a cooldown of {Cooldown} epochs; it must be at least 0.");
    }
}
