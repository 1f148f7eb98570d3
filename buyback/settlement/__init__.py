"""What the State owes merchants for redemptions, split among its funders, approved and paid."""
