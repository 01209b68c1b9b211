using Unroll.Resumed;

// Trains with a checkpoint, to be killed and started again. Arguments: the name of a training, the checkpoint, where the result goes.
string result = Trainings.Train(args[0], args[1], moment =>
{
    if (moment.Kind == Unroll.TrainingEventKind.EpochEnded)
        Console.WriteLine(moment.Epoch);
});
File.WriteAllText(args[2] + ".part", result);
File.Move(args[2] + ".part", args[2]);
