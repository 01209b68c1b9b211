namespace Unroll;

/// <summary>The rate times <paramref name="Factor"/> after every epoch: rate·Factorᵉ after e epochs.</summary>
/// <param name="Factor">What the rate is multiplied with, above 0 and at most 1.</param>
public sealed record ExponentialSchedule(double Factor) : Schedule
{
    /// <summary>True: a new rate for each step, with fractional exponents; false: for each epoch.</summary>
    public bool ByStep { get; init; }

    public override double RateAt(in ScheduleMoment moment) => moment.InitialRate * Math.Pow(Factor, moment.EpochsPassed(ByStep));

    public override void Validate()
    {
        if (Factor is not (> 0 and <= 1))
            throw new UnrollException($"An exponential schedule has factor {Factor}; it must be above 0 and at most 1.");
    }
}

/// <summary>In a straight line from the initial rate to <paramref name="FloorShare"/> of it, where it stays.</summary>
/// <param name="FloorShare">The last rate as a share of the first, 0 to 1.</param>
/// <param name="Epochs">Epochs until the floor is reached; null: all epochs of the training.</param>
public sealed record LinearSchedule(double FloorShare = 0, int? Epochs = null) : Schedule
{
    /// <summary>True: a new rate for each step; false: for each epoch.</summary>
    public bool ByStep { get; init; }

    public override bool DependsOnEpochs => Epochs is null;

    public override double RateAt(in ScheduleMoment moment)
    {
        (double passed, double all) = Epochs is { } epochs ? (moment.EpochsPassed(ByStep), epochs) : moment.Way(ByStep);
        return moment.InitialRate * (1 - (1 - FloorShare) * Math.Min(1, passed / all));
    }

    public override void Validate()
    {
        if (FloorShare is not (>= 0 and <= 1) || Epochs < 1)
        {
            throw new UnrollException(
                $"A linear schedule has a floor of {FloorShare} of the first rate and {Epochs?.ToString() ?? "all"} epochs; "
                + "the floor must be at least 0 and at most 1, the epochs at least 1.");
        }
    }
}

/// <summary>
/// Half a cosine from the initial rate down to <paramref name="FloorShare"/> of it, again and again, each
/// <paramref name="Growth"/> times as long as the one before (SGDR; Loshchilov and Hutter 2017, equation 5).
/// </summary>
/// <param name="Epochs">The length of the first cycle.</param>
/// <param name="Growth">How many times as long each next cycle is, at least 1.</param>
/// <param name="FloorShare">The lowest rate as a share of the first, 0 to 1.</param>
public sealed record CosineRestartsSchedule(int Epochs, double Growth = 1, double FloorShare = 0) : Schedule
{
    /// <summary>True: a new rate for each step; false: for each epoch.</summary>
    public bool ByStep { get; init; }

    public override double RateAt(in ScheduleMoment moment)
    {
        double passed = moment.EpochsPassed(ByStep), length = Epochs;
        for (; passed >= length; length *= Growth)
            passed -= length;
        return moment.InitialRate * CosineSchedule.Share(passed, length, FloorShare);
    }

    public override void Validate()
    {
        if (Epochs < 1 || Growth is not (>= 1 and <= 1e6) || FloorShare is not (>= 0 and <= 1))
        {
            throw new UnrollException(
                $"A cosine schedule with restarts has {Epochs} epochs, growth {Growth} and a floor of {FloorShare} of the first rate; "
                + "the epochs must be at least 1, the growth at least 1 (and at most a million), the floor at least 0 and at most 1.");
        }
    }
}

/// <summary>
/// Half a cosine up to the optimiser's rate, which is the highest, and half a cosine down to almost nothing, step by step over the whole
/// training (Smith and Topin 2018; the numbers and the two phases are those of PyTorch's OneCycleLR).
/// </summary>
/// <param name="RisingShare">The share of all steps in which the rate rises, above 0 and below 1.</param>
/// <param name="StartDivisor">The first rate is the highest divided by this.</param>
/// <param name="EndDivisor">The last rate is the first divided by this.</param>
public sealed record OneCycleSchedule(double RisingShare = 0.3, double StartDivisor = 25, double EndDivisor = 1e4) : Schedule
{
    public override bool DependsOnEpochs => true;

    public override double RateAt(in ScheduleMoment moment)
    {
        double highest = moment.InitialRate, first = highest / StartDivisor, last = first / EndDivisor;
        double top = RisingShare * moment.Steps - 1, end = moment.Steps - 1;
        return moment.Step <= top
            ? Between(first, highest, moment.Step / Math.Max(top, 1))
            : Between(highest, last, Math.Min(1, (moment.Step - top) / (end - top)));
    }

    public override void Validate()
    {
        if (RisingShare is not (> 0 and < 1)
            || StartDivisor is not (>= 1 and < double.PositiveInfinity) || EndDivisor is not (>= 1 and < double.PositiveInfinity))
        {
            throw new UnrollException(
                $"A one-cycle schedule has a rising share of {RisingShare} and divisors {StartDivisor} and {EndDivisor}; "
                + "the share must be above 0 and below 1, the divisors at least 1.");
        }
    }

    /// <summary>Along half a cosine, from one rate to another.</summary>
    private static double Between(double from, double to, double share) => to + (from - to) / 2 * (1 + Math.Cos(Math.PI * share));
}

/// <summary>In a straight line up to the initial rate, step by step, and then another schedule, which begins where this one ends.</summary>
/// <param name="Steps">Steps until the initial rate is reached: the rate of step s, from 0, is (s + 1)/(Steps + 1) of the way.</param>
/// <param name="Then">What follows, as if training began with it; null: the initial rate.</param>
/// <param name="StartShare">The rate at the start, as a share of the initial rate, 0 to 1.</param>
public sealed record WarmupSchedule(int Steps, Schedule? Then = null, double StartShare = 0) : Schedule
{
    public override bool DependsOnEpochs => Then?.DependsOnEpochs ?? false;

    public override double RateAt(in ScheduleMoment moment)
    {
        if (moment.Step < Steps)
            return moment.InitialRate * (StartShare + (1 - StartShare) * (moment.Step + 1) / (Steps + 1));
        if (Then is null)
            return moment.InitialRate;

        // The epochs that warming up took are over for the schedule that follows; of one begun there, all are left.
        int before = Steps / moment.StepsPerEpoch;
        return Then.RateAt(moment with
        {
            Step = moment.Step - Steps,
            Steps = Math.Max(1, moment.Steps - Steps),
            Epoch = Math.Max(1, moment.Epoch - before),
            Epochs = Math.Max(1, moment.Epochs - before),
            Losses = [.. moment.Losses.Skip(before)],
        });
    }

    public override void Validate()
    {
        if (Steps < 1 || StartShare is not (>= 0 and <= 1))
        {
            throw new UnrollException(
                $"A warm-up has {Steps} steps and begins at {StartShare} of the rate; "
                + "it needs at least 1 step and a share of at least 0 and at most 1.");
        }

        if (Then is WarmupSchedule)
            throw new UnrollException("A warm-up is followed by another warm-up. Give one with the steps of both.");
        Then?.Validate();
    }
}
